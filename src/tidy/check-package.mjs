// `node src/tidy/check-package.mjs`: packs what would be published, unpacks it elsewhere, and checks there that every
// export loads and has types, and that the root entry loads without Node: no `node:`, no package that is not listed.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync } from "rolldown/utils";

// The types that a program has around it. Those of Node are in entries that are never loaded in a browser.
const nodeEntries = ["./testing", "./grpc", "./sqlite", "./postgres"];
// What the root entry looks for, and does without if it is not there.
const optional = ["@opentelemetry/api"];
const onNode = { lib: ["ES2023", "ESNext.Disposable"], types: ["node"] };
const inBrowser = { lib: ["ES2023", "ESNext.Disposable", "DOM"], types: [] };

/** Every specifier that a module of JavaScript loads: static, dynamic and re-exported. */
function specifiersOf(file) {
  const text = readFileSync(file, "utf8");
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const exported = module.staticExports.flatMap(({ entries }) => entries.map((entry) => entry.moduleRequest?.value));
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1));
  return [...module.staticImports.map((one) => one.moduleRequest.value), ...exported, ...dynamic].filter(
    (one) => one !== undefined,
  );
}

/**
 * What keeps an entry of a built package from loading in a browser, in words. Follows relative imports; a package may
 * be loaded if it is one of `packages`.
 */
export function findForeignImports(entry, packages) {
  const seen = new Set();
  const findings = [];
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const specifier of specifiersOf(file)) {
      if (specifier.startsWith(".")) visit(resolve(dirname(file), specifier));
      else if (!packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
        findings.push(`${file} imports ${specifier}`);
      }
    }
  };
  visit(entry);
  return findings;
}

/** Packs the repository into `folder` and unpacks it where Node finds it as an installed package. */
function install(folder) {
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename, files }] = JSON.parse(packed);
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", modules]);
  const installed = join(modules, "cosmonapse");
  renameSync(join(modules, "package"), installed);
  const { dependencies, exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  for (const name of [...Object.keys(dependencies), "@types/node"]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  return { installed, dependencies: Object.keys(dependencies), exports, files: files.map(({ path }) => path) };
}

/** Loads an export in a process of its own, and compiles a program that imports it, every declaration checked. */
function checkEntry(folder, name, environment) {
  const run = (...args) => execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  run("--input-type=module", "--eval", `await import("${name}")`);
  writeFileSync(
    join(folder, "program.ts"),
    `import * as entry from "${name}";\nexport const names = Object.keys(entry);\n`,
  );
  const options = { strict: true, module: "NodeNext", target: "ES2022", noEmit: true, skipLibCheck: false };
  const settings = { compilerOptions: { ...options, ...environment }, files: ["program.ts"] };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  run(resolve("node_modules", "typescript", "bin", "tsc"), "-p", folder);
}

/** Opens an Engram whose optional package is not there, and gives what it says. */
function openWithout(folder, { entry, name, options }) {
  const script = `const { ${name} } = await import("${entry}");
    const engram = new ${name}({ engramId: "a", engramKind: "b", ...${JSON.stringify(options)} });
    await engram.open("demo").catch((error) => console.log(error.message));
    await engram.close();`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, encoding: "utf8" });
}

/** Works with a Dendrite where no optional package is there, and gives what it says. */
function workWithout(folder) {
  const script = `const { Axon, Dendrite, MemorySynapse } = await import("cosmonapse");
    const dendrite = new Dendrite({ synapse: new MemorySynapse(), namespace: "demo" });
    await dendrite.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input }));
    await dendrite.start();
    console.log((await dendrite.dispatchAndWait({ neuron: "echo", input: "works" })).output);
    await dendrite.close();`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, encoding: "utf8" });
}

const withoutPeers = [
  { entry: "cosmonapse/sqlite", name: "SqliteEngram", options: { path: "memory.db" }, package: "better-sqlite3" },
  {
    entry: "cosmonapse/postgres",
    name: "PostgresEngram",
    options: { dsn: "postgresql://127.0.0.1:1/none" },
    package: "pg",
  },
];

function check(folder) {
  const { installed, dependencies, exports, files } = install(folder);
  const findings = files
    .filter((file) => /\.test\.|^dist\/src\/(?:tidy|bench|examples)\//.test(file))
    .map((file) => `${file} is not for publishing`);
  for (const [path, targets] of Object.entries(exports)) {
    const name = path.replace(/^\./, "cosmonapse");
    for (const file of Object.values(targets)) {
      if (!files.includes(file.slice(2))) findings.push(`${name}: ${file} is not in the package`);
    }
    try {
      checkEntry(folder, name, nodeEntries.includes(path) ? onNode : inBrowser);
    } catch (error) {
      findings.push(`${name}: ${error.stdout || error.stderr || error.message}`);
    }
  }
  const worked = workWithout(folder);
  if (worked !== "works\n") findings.push(`cosmonapse: without optional packages a Neuron says '${worked.trim()}'`);
  for (const peer of withoutPeers) {
    const said = openWithout(folder, peer);
    const advice = `npm install ${peer.package}`;
    if (!said.includes(advice)) findings.push(`${peer.entry}: it says '${said.trim()}', not '${advice}'`);
  }
  for (const path of [".", "./gen"])
    findings.push(...findForeignImports(join(installed, exports[path].default), [...dependencies, ...optional]));
  return findings;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-package-"));
  try {
    const findings = check(folder);
    for (const finding of findings) process.stderr.write(`${finding}\n`);
    process.exitCode = findings.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
