import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";

const readme = readFileSync("README.md", "utf8");
const pages = [
  "README.md",
  "CHANGELOG.md",
  "conformance/README.md",
  "conformance/HARNESS.md",
  "conformance/TRACEABILITY.md",
  "src/README.md",
  "proto/README.md",
].concat(readdirSync("proto/adr").map((file) => `proto/adr/${file}`));

/** The links of a page that lead into the repository to what is not there. */
function findDeadLinks(page: string, folder: string): readonly string[] {
  const links = [...page.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => !link.includes(":") && !existsSync(join(folder, link)));
}

test.each(pages)("the links of %s lead to what is there", (page) => {
  expect(findDeadLinks(readFileSync(page, "utf8"), dirname(page))).toEqual([]);
});

test("a link to what is not there is found", () => {
  expect(findDeadLinks("[a](src) [b](nowhere.md#part) [c](https://example.com)", ".")).toEqual(["nowhere.md"]);
});

test("the commands of npm that the README names are scripts", () => {
  const { scripts }: { readonly scripts: object } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = [...readme.matchAll(/\bnpm (?:run ([\w:]+)|(start|test))/g)].map(([, run, direct]) => run ?? direct);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !Object.keys(scripts).includes(name ?? ""))).toEqual([]);
});

// The generators of other languages are not here. Stand-ins that write nothing show that buf understands the README's
// buf.gen.yaml, finds each generator by its name, and gives it the schema.
test("the README's settings for other languages have buf call their generators", () => {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-readme-"));
  try {
    const [, template = ""] = /^```yaml\n([^]*?)^```$/m.exec(readme) ?? [];
    const tools = [...template.matchAll(/(?:local: |protoc_path: \[)([\w-]+)/g)].map(([, tool = ""]) => tool);
    writeFileSync(join(folder, "buf.gen.yaml"), template);
    mkdirSync(join(folder, "bin"));
    for (const tool of tools) {
      // buf asks protoc for its version first.
      const code = `case "$*" in *--version) echo libprotoc 31.1; exit;; esac\ncat > /dev/null`;
      writeFileSync(join(folder, "bin", tool), `#!/bin/sh\n${code}\necho ${tool} >> "${join(folder, "called")}"\n`);
      chmodSync(join(folder, "bin", tool), 0o755);
    }
    const env = { ...process.env, PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"]}` };
    const args = ["generate", "--template", join(folder, "buf.gen.yaml"), "-o", folder];
    expect(spawnSync("node_modules/.bin/buf", args, { encoding: "utf8", env })).toMatchObject({ status: 0 });
    expect(new Set(readFileSync(join(folder, "called"), "utf8").trim().split("\n"))).toEqual(new Set(tools));
    expect(tools).not.toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
