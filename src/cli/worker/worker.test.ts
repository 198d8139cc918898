import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Dendrite } from "../../dendrite/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import type { Synapse } from "../../synapse/index.js";
import { runCosmo, startCosmo, type CosmoProcess } from "../../testing/console/index.js";

const server = new SynapseServer({ port: 0 });
let url = "";
let synapse: Synapse;
let asker: Dendrite;
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-worker-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(resolve("."), join(folder, "node_modules", "cosmonapse"));
  ({ url } = await server.start());
  synapse = await connectSynapse(url);
  asker = new Dendrite({ synapse, namespace: "demo" });
  await asker.attachEngram(new InMemoryEngram({ engramId: "memory-1", engramKind: "context" }));
  await asker.start();
});

afterAll(async () => {
  await asker.close();
  await synapse.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function start(...argv: readonly string[]): CosmoProcess {
  return startCosmo(["worker", "run", ...argv], { COSMO_URL: url, COSMO_NAMESPACE: "demo" });
}

async function ask(neuron: string, input: string | number | null = null): Promise<unknown> {
  return (await asker.dispatchAndWait({ neuron, input, timeoutMs: 20_000 })).output;
}

const typed = `
import type { Neuron } from "cosmonapse";
interface Told { readonly text: string }
export const LOUD: string = "!";
export function helper(): number { return 1; }
export const shout: Neuron<string, string> = async (input) => input + LOUD;
export async function* count(most: number) { for (let i = 1; i <= most; i += 1) yield i; return "done"; }
export const wise = { capabilities: ["wisdom"], neuronId: "sage", neuron: (): Told => ({ text: "42" }) };
export default async function () { return "default"; }
`;

describe("cosmo worker run", { timeout: 60_000 }, () => {
  test("hosts what a module of TypeScript exports, and drains on SIGTERM", async () => {
    const file = write("typed.ts", typed);
    const readyFile = join(folder, "ready.json");
    await using worker = start(file, "--id", "typed-worker", "--concurrency", "3", "--ready-file", readyFile);
    await worker.says(/Hosting count, typed, shout, sage in 'demo' on cosmo:/);
    expect(JSON.parse(readFileSync(readyFile, "utf8"))).toEqual({
      worker: "typed-worker",
      namespace: "demo",
      url,
      neurons: ["count", "typed", "shout", "sage"],
      pid: worker.pid,
    });
    expect(await ask("shout", "hi")).toBe("hi!");
    expect(await ask("typed")).toBe("default");
    expect(await ask("sage")).toEqual({ text: "42" });
    const there = await asker.registry();
    const sage = there.find(({ id }) => id === "sage");
    expect(sage).toMatchObject({ capabilities: ["wisdom"], registration: { maxInFlight: 3 } });
    await worker.says(/\d\d:\d\d:\d\d\.\d{3} {2}shout {13}ok +\d+\.\d ms {2}trc_\w{26}\n/);
    worker.signal("SIGTERM");
    expect(await worker.ended()).toMatchObject({ exit: 0 });
  });

  test("hosts modules of JavaScript beside each other, and says nothing of tasks with --quiet", async () => {
    const one = write("one.mjs", "export async function one() { return 1; }");
    const two = write("two.cjs", "exports.two = async () => 2;");
    await using worker = start(one, two, "--quiet", "-o", "jsonl");
    const [line] = await worker.says(/^\{.*\}$/m);
    expect(JSON.parse(line)).toMatchObject({ neurons: expect.arrayContaining(["one", "two"]), namespace: "demo" });
    expect([await ask("one"), await ask("two")]).toEqual([1, 2]);
    worker.signal("SIGINT");
    expect(await worker.ended()).toMatchObject({ exit: 130, stderr: "" });
  });

  test("writes one array with -o json", async () => {
    const file = write("quick.mjs", "export async function quick() { return 1; }");
    await using worker = start(file, "-o", "json");
    await worker.says(/"neurons":\["quick"\]/);
    worker.signal("SIGTERM");
    const { exit, stdout } = await worker.ended();
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ neurons: ["quick"] }]);
  });

  test("binds memories for plain functions", async () => {
    const file = write(
      "remember.mjs",
      `export async function remember(input, _context, { recall, imprint }) {
        const { hits } = await recall("ctx", { query: { mergeKey: "k" } });
        if (hits.length > 0) return { recalled: hits[0].content.input };
        await imprint("kind", { op: "upsert", entry: { input }, mergeKey: "k" });
        return { imprinted: input };
      }`,
    );
    await using worker = start(file, "--engram", "ctx=memory-1", "--engram", "kind=type:context");
    await worker.says(/Hosting remember/);
    expect(await ask("remember", "a")).toEqual({ imprinted: "a" });
    expect(await ask("remember", "b")).toEqual({ recalled: "a" });
    worker.signal("SIGTERM");
    expect(await worker.ended()).toMatchObject({ exit: 0 });
  });

  test("lets running tasks end before it ends", async () => {
    const gate = write(
      "gate.mjs",
      `let open;
      const opened = new Promise((resolve) => { open = resolve; });
      export async function hold(_input, _context, { emit }) { await emit("begun"); await opened; return "held"; }
      process.once("SIGTERM", () => setImmediate(open));`,
    );
    await using worker = start(gate);
    await worker.says(/Hosting hold/);
    const held = asker.dispatch({ neuron: "hold" });
    const parts: unknown[] = [];
    for await (const { output } of held) {
      parts.push(output);
      worker.signal("SIGTERM");
    }
    expect([parts, (await held).output]).toEqual([["begun"], "held"]);
    expect(await worker.ended()).toMatchObject({ exit: 0, stderr: expect.stringMatching(/hold +ok/) });
  });

  test("says which tasks failed, and why", async () => {
    await using worker = start(write("fails.mjs", 'export async function fails() { throw new Error("no luck"); }'));
    await worker.says(/Hosting fails/);
    await expect(ask("fails")).rejects.toThrow("no luck");
    await worker.says(/ fails {13}failed .*\[NEURON_FAILED\] no luck\n/);
  });

  test.each([
    ["broken.ts", "export const a = 1;\nexport const b = = 2;\n", /Unexpected token at \/.*\/broken\.ts:2\. /],
    ["broken.mjs", "export const a = 1;\nexport const b = = 2;\n", /Unexpected token at \/.*\/broken\.mjs:2\. /],
    ["throws.ts", 'interface A {}\n\nthrow new Error("no key");\n', /no key at \/.*\/throws\.ts:3\. /],
    ["throws.mjs", '\nthrow new Error("no key");\n', /no key at \/.*\/throws\.mjs:2\. /],
    ["misses.ts", 'import "./none.js";\n', /Cannot find module '\.\/none\.js' at \/.*\/misses\.ts:1\. /],
    ["misses.mjs", 'import "./none.js";\n', /Cannot find module '\/.*\/none\.js' imported from \/.*\/misses\.mjs\. /],
    ["values.ts", "export const a = 1;\nexport function b() {}\n", /exports no Neuron; it exports a, b\. /],
    ["empty.mjs", "", /exports no Neuron; it exports nothing\. /],
    ["options.mjs", "export const a = { neuron: () => 1, capabilites: [] };", /\(export 'a'\): .*capabilites/],
    [
      "name.mjs",
      "export const n = { neuron: () => 1, neuronId: 'no name' };",
      /\(export 'n'\): .*'no name' is no name/,
    ],
    ["text.txt", "hello", /is no module that can be loaded\. Give a file of \.ts, /],
  ])("ends with 2 and one line for %s", async (name, text, line) => {
    const { exit, stdout, stderr } = await startCosmo(["worker", "run", write(name, text), "--url", url]).ended();
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(line);
    expect(stderr.match(/\n/g)).toHaveLength(1);
  });

  test("ends with 3 where its token is refused", async () => {
    const entry = { principal: "someone", sha256: "0".repeat(64), namespaces: ["*"], rights: ["PARTICIPATE"] };
    await using guarded = new SynapseServer({ port: 0, tokens: { entries: [entry] } });
    const { url: closed } = await guarded.start();
    const file = write("guarded.mjs", "export async function guarded() {}");
    const ran = await runCosmo(["worker", "run", file, "--url", closed], { env: { COSMO_TOKEN: "wrong" } });
    expect(ran).toEqual({ exit: 3, stdout: "", stderr: expect.stringMatching(/^\[UNAUTHENTICATED\] .*\n$/) });
  });

  test.each([
    [2, /'none\.ts' is not there\. /, ["none.ts"]],
    [2, /missing required argument 'file'/, []],
    [2, /--engram: 'ctx=' names no memory\. /, ["ONE", "--engram", "ctx="]],
    [2, /both export a Neuron 'twin'\. /, ["ONE", "TWO"]],
    [2, /--ready-file: ENOENT/, ["ONE", "--ready-file", "/none/ready"]],
    [4, /^\[UNAVAILABLE\] /, ["ONE", "--url", "cosmo://127.0.0.1:1", "--connect-timeout", "100ms"]],
    [7, /^\[CONFLICT\] 'memory-1' is registered with another role/, ["THREE", "-n", "demo"]],
  ])("ends with %i and one line: %s", async (exit, line, argv: readonly string[]) => {
    const files: Readonly<Record<string, string>> = {
      ONE: write("twin-1.mjs", "export async function twin() {}"),
      TWO: write("twin-2.mjs", "export async function twin() {}"),
      THREE: write("thief.mjs", 'export const thief = { neuronId: "memory-1", neuron: () => 1 };'),
    };
    const words = argv.map((word) => files[word] ?? word);
    const ran = await runCosmo(["worker", "run", "--url", url, ...words]);
    expect([ran.exit, ran.stdout]).toEqual([exit, ""]);
    expect(ran.stderr).toMatch(line);
  });
});
