// `npm run verify`: proves all, stage by stage, and stops at the first that fails. The last line is
// `N passed, N failed`, counted in stages.
//
// `--keep-going` runs the others too, `--fast` only those that take seconds, `--without-tests` all but the tests.
import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";

const bin = "node_modules/.bin";
const tidy = "src/tidy";

/** Each stage: its name, its command, how to mend what it finds, and whether `--fast` runs it. */
const stages = [
  ["generated code is fresh", ["node", `${tidy}/generate.mjs`, "--check"], "npm run generate", true],
  ["tables of the specification are fresh", ["node", `${tidy}/spec-tables.mjs`, "--check"], "npm run generate", true],
  ["requirement ids", ["node", `${tidy}/requirements.mjs`], "proto/README.md", true],
  ["buf lint", [`${bin}/buf`, "lint"], "proto/", true],
  ["buf format", [`${bin}/buf`, "format", "-d", "--exit-code"], "npm run format", true],
  [
    "buf breaking",
    [`${bin}/buf`, "breaking", "--exclude-imports", "--against", "proto/baseline/v1.binpb"],
    "proto/ must stay compatible",
    true,
  ],
  ["format", [`${bin}/prettier`, "--check", "--log-level", "warn", ".", "!gen"], "npm run format", true],
  ["types", [`${bin}/tsc`], "correct what the compiler says", true],
  ["types in a browser", [`${bin}/tsc`, "-p", `${tidy}/tsconfig.browser.json`], "use what browsers have too", true],
  ["types in the page", [`${bin}/tsc`, "-p", "src/prism/web"], "correct what the compiler says", true],
  ["types of its tests", [`${bin}/tsc`, "-p", "src/testing/browser"], "correct what the compiler says", true],
  ["lint", ["npm", "run", "--silent", "lint"], "npm run lint -- --fix mends some", true],
  [
    "floor plan and rules",
    [`${bin}/vitest`, "run", "--config", `${tidy}/vitest.config.mjs`, `${tidy}/floor-plan`, `${tidy}/rules`],
    "src/README.md has the plan",
    true,
  ],
  ["tests", ["npm", "test", "--silent"], "npm test -- <file> runs one", false],
  ["build", ["npm", "run", "--silent", "build"], "correct what the compiler says", false],
  ["package", ["node", `${tidy}/check-package.mjs`], "package.json, or the import that is named", false],
];

function run([name, [program, ...args], mend]) {
  const from = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  process.stdout.write(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)\n`);
  if (status === 0) {
    // What could not be run stays visible: `not run: <what>`.
    for (const [line] of stdout.matchAll(/^not run: .*$/gm)) process.stdout.write(`       ${line}\n`);
    return true;
  }
  process.stdout.write(`${stdout}${stderr}${error?.message ?? ""}\nMend it: ${mend}\n`);
  return false;
}

function verify(options) {
  const chosen = stages.filter(
    ([name, , , isFast]) =>
      (isFast || !options.includes("--fast")) && (name !== "tests" || !options.includes("--without-tests")),
  );
  let passed = 0;
  let failed = 0;
  for (const stage of chosen) {
    if (run(stage)) passed += 1;
    else failed += 1;
    if (failed > 0 && !options.includes("--keep-going")) break;
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

verify(process.argv.slice(2));
