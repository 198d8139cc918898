import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import type { Synapse } from "../../synapse/index.js";
import { runCosmo, startCosmo } from "../../testing/console/index.js";

let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-completion-"));
  const program = join(folder, "cosmo");
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${resolve("dist/src/cli/main.js")}" "$@"\n`);
  chmodSync(program, 0o755);
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(join(folder, shell), (await runCosmo(["completion", shell])).stdout);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

async function complete(...words: readonly string[]): Promise<string[]> {
  const { exit, stdout, stderr } = await runCosmo(["complete", "--", ...words]);
  expect([exit, stderr]).toEqual([0, ""]);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t")[0] ?? "");
}

/** The words that bash offers at the end of a line. */
function inBash(words: readonly string[]): string[] {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMP_LINE="$LINE"; COMP_POINT=\${#LINE}
    _cosmo; [ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run("bash", ["-c", script, "bash", join(folder, "bash"), "cosmo", ...words], {
    LINE: ["cosmo", ...words].join(" ").replaceAll(" = ", "="),
  });
}

function run(shell: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): string[] {
  const path = `${folder}:${process.env["PATH"] ?? ""}`;
  const stdout = execFileSync(shell, argv, {
    encoding: "utf8",
    cwd: folder,
    env: { PATH: path, HOME: folder, ...env },
  });
  return stdout.split("\n").slice(0, -1);
}

describe("cosmo complete", () => {
  test("offers commands, flags, choices and arguments", async () => {
    expect(await complete("")).toEqual(expect.arrayContaining(["dispatch", "worker", "init", "schema", "completion"]));
    expect(await complete("")).not.toContain("complete");
    expect(await complete("wor")).toEqual(["worker"]);
    expect(await complete("worker", "")).toEqual(["run"]);
    expect(await complete("dispatch", "--ne")).toEqual(["--neuron"]);
    expect(await complete("dispatch", "-o", "j")).toEqual(["json", "jsonl"]);
    expect(await complete("dispatch", "--output=t")).toEqual(["--output=text"]);
    expect(await complete("schema", "--format", "d")).toEqual(["descriptors"]);
    expect(await complete("completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  test("knows a flag's value from a command", async () => {
    expect(await complete("schema", "li")).toEqual(["list"]);
    expect(await complete("schema", "--out", "list", "li")).toEqual(["list"]);
    expect(await complete("schema", "list", "li")).toEqual([]);
  });

  test("offers nothing, and fails nowhere, where it knows nothing", async () => {
    for (const words of [
      ["nothing", "x"],
      ["dispatch", "--nothing="],
      ["worker", "run", ""],
      ["dispatch", "--input", ""],
    ]) {
      expect([words, await complete(...words)]).toEqual([words, []]);
    }
    const gone = ["dispatch", "--url", "cosmo://127.0.0.1:1", "--neuron", ""];
    expect(await complete(...gone)).toEqual([]);
    expect(await complete("dispatch", "--url", "cosmo://127.0.0.1:1", "--namespace", "")).toEqual([]);
    expect(await complete("dispatch", "--url", "nonsense", "--neuron", "")).toEqual([]);
  });

  test("offers the Neurons and capabilities that are there", async () => {
    await using server = new SynapseServer({ port: 0 });
    const { url } = await server.start();
    await using synapse: Synapse = await connectSynapse(url);
    await using worker = new Dendrite({ synapse, namespace: "demo" });
    for (const neuronId of ["researcher", "reader"]) {
      await worker.attachAxon(new Axon({ neuronId, neuron: () => null, capabilities: ["reading"] }));
    }
    await worker.start();
    const line = ["dispatch", "--url", url, "-n", "demo"];
    expect(await complete(...line, "--neuron", "")).toEqual(["reader", "researcher"]);
    expect(await complete(...line, "--neuron=res")).toEqual(["--neuron=researcher"]);
    expect(await complete(...line, "--capabilities", "r")).toEqual(["reading"]);
    expect(await complete("dispatch", "--url", url, "-n", "")).toEqual(["demo"]);
    const env = { COSMO_URL: url, COSMO_NAMESPACE: "demo" };
    const ran = await startCosmo(["complete", "--", "dispatch", "--neuron", "rea"], env).ended();
    expect(ran).toEqual({ exit: 0, stdout: "reader\t\n", stderr: "" });
  });
});

describe("cosmo completion", { timeout: 30_000 }, () => {
  test("is JSON if that is asked for", async () => {
    const { stdout } = await runCosmo(["completion", "bash", "-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ shell: "bash", script: expect.stringContaining("complete -o default") });
  });

  test("refuses a shell that it does not know", async () => {
    const { exit, stderr } = await runCosmo(["completion", "tcsh"]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/'tcsh' is invalid for argument 'shell'\. Allowed choices are bash, zsh, fish\./);
  });

  test("completes in bash", () => {
    expect(inBash(["wor"])).toEqual(["worker"]);
    expect(inBash(["dispatch", "--ne"])).toEqual(["--neuron"]);
    expect(inBash(["dispatch", "--output", "=", "js"])).toEqual(["json", "jsonl"]);
    expect(inBash(["worker", "run", ""])).toEqual([]);
  });

  test("evaluates nothing of what was typed in bash", () => {
    expect(inBash(["dispatch", "--input", "'$(touch made)`touch made`", "--ne"])).toEqual(["--neuron"]);
    expect(existsSync(join(folder, "made"))).toBe(false);
  });

  test("completes in zsh", ({ skip }) => {
    if (inject("zshMissing") !== "") skip(inject("zshMissing"));
    const script = `compdef() { :; }; _files() { print files; }; _describe() { print -rl -- "\${(@P)2}"; }
      source "$1"; words=(cosmo "\${@[2,-1]}"); CURRENT=\${#words}; _cosmo`;
    const inZsh = (...words: string[]): string[] =>
      run("zsh", ["-f", "-c", script, "zsh", join(folder, "zsh"), ...words]);
    expect(inZsh("dispatch", "--ne")).toEqual(["--neuron:the Neuron"]);
    expect(inZsh("worker", "run", "")).toEqual(["files"]);
  });

  test("completes in fish", ({ skip }) => {
    if (inject("fishMissing") !== "") skip(inject("fishMissing"));
    const inFish = (line: string): string[] =>
      run("fish", ["-N", "-c", `source ${join(folder, "fish")}; complete -C "${line}"`]);
    expect(inFish("cosmo dispatch --ne")).toEqual(["--neuron\tthe Neuron"]);
    expect(inFish("cosmo dispatch -o js").map((line) => line.trim())).toEqual(["json", "jsonl"]);
    expect(inFish("cosmo worker run z")).toContain("zsh");
  });
});
