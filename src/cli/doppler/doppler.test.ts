import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { readRecordBytes } from "../../doppler/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import type { Synapse } from "../../synapse/index.js";
import { runCosmo, startCosmo } from "../../testing/console/index.js";

const folder = mkdtempSync(join(tmpdir(), "cosmo-doppler-"));
const recording = join(folder, "recording.ndjson");
const token = "a-token-that-nobody-else-has";
const sha256 = createHash("sha256").update(token).digest("hex");
let server: SynapseServer;
let synapse: Synapse;
let host: Dendrite;
let url: string;

beforeAll(async () => {
  server = new SynapseServer({ port: 0 });
  ({ url } = await server.start());
  synapse = await connectSynapse(url);
  host = new Dendrite({ synapse, namespace: "demo", dendriteId: "host" });
  await host.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input, capabilities: ["talk"] }));
  await host.attachEngram(new InMemoryEngram({ engramId: "ctx", engramKind: "notes" }));
  await host.start();
});

afterAll(async () => {
  await host.close();
  await synapse.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A Synapse that lets in whoever has the token. */
async function guarded(): Promise<string> {
  const entry = { principal: "team", sha256, namespaces: ["demo"], rights: ["OBSERVE"] };
  const other = new SynapseServer({ port: 0, tokens: { entries: [entry] } });
  closers.push(() => other.close());
  return (await other.start()).url;
}

/** A URL where nobody listens. */
async function deserted(): Promise<string> {
  const other = new SynapseServer({ port: 0 });
  const { url: gone } = await other.start();
  await other.close();
  return gone;
}

const lines = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

describe("cosmo doppler", () => {
  test("tails what a filter shows, keeps it in a file, and ends with a summary after --count", async () => {
    const words = ["type:TASK,AGENT_OUTPUT", "-source:nobody"];
    const flags = ["--url", url, "-n", "demo", "--count", "2", "--summary", "--out", recording, "-o", "jsonl"];
    await using watcher = startCosmo(["doppler", ...flags, "--", ...words]);
    await watcher.says(/what follows is live/);
    await host.dispatchAndWait({ neuron: "echo", input: { question: "why" } });
    const { exit, stdout, stderr } = await watcher.ended();

    expect(stderr).toContain("Watching demo on");
    expect(lines(stdout)).toMatchObject([
      { kind: "signal", type: "TASK", asked: ["echo"], signal: { type: "TASK" } },
      { kind: "signal", type: "AGENT_OUTPUT" },
      { kind: "end", seen: 2, missing: "0" },
    ]);
    expect(exit).toBe(0);
    const kept = lines(readFileSync(recording, "utf8"));
    expect(kept).toMatchObject([{ kind: "note", about: "live" }, { type: "TASK" }, { type: "AGENT_OUTPUT" }]);
  });

  test("shows a recording without a Synapse, from a file and from stdin", async () => {
    const file = await runCosmo(["doppler", "--in", recording, "type:TASK"]);
    const piped = await runCosmo(["doppler", "--in", "-", "-o", "json"], { stdin: readFileSync(recording) });

    expect(file.stdout).toMatch(/ TASK +host → echo +\{"question":"why"\}\n$/);
    expect(file.exit).toBe(0);
    expect(JSON.parse(piped.stdout)).toMatchObject([{ type: "TASK" }, { type: "AGENT_OUTPUT" }]);
  });

  test("shows one trace of a recording, in colours if it is asked to", async () => {
    const trace = /trc_\w+/.exec(readFileSync(recording, "utf8"))?.[0] ?? "";
    const own = await runCosmo(["doppler", "--in", recording, "--trace", trace, "--color", "always"]);
    const other = await runCosmo(["doppler", "--in", recording, "--trace", `trc_${"Z".repeat(26)}`, "-o", "json"]);

    expect(own.stdout).toContain("\u001b[36mTASK");
    expect(JSON.parse(other.stdout)).toEqual([]);
  });

  test("ends with 130 on Ctrl-C", async () => {
    await using watcher = startCosmo(["doppler", "--url", url, "-n", "demo"]);
    await watcher.says(/what follows is live/);
    watcher.signal("SIGINT");
    expect((await watcher.ended()).exit).toBe(130);
  });

  test("keeps trying when the Synapse goes away, and goes on when it is back", async () => {
    const first = new SynapseServer({ port: 0 });
    const { url: own } = await first.start();
    await using watcher = startCosmo(["doppler", "--url", own, "-n", "demo", "--color", "never"]);
    await watcher.says(/what follows is live/);
    await first.close();
    await watcher.says(/the Synapse is lost, trying to reach it again/);
    await watcher.says(/GAP +demo +an unknown number of Signals not shown/);

    const second = new SynapseServer({ port: Number(new URL(own.replace("cosmo:", "http:")).port) });
    closers.push(() => second.close());
    await second.start();
    await watcher.says(/is live[^]*is live/);
    watcher.signal("SIGINT");
    expect((await watcher.ended()).exit).toBe(130);
  });

  test.each([
    ["a filter that is wrong", ["doppler", "typ:TASK"], 2, "filter, column 1: there is no 'typ:'"],
    [
      "a trace that is none",
      ["doppler", "--trace", "trc_typo"],
      2,
      "'trc_typo' is no id of a trace; accepted: its whole",
    ],
    ["a count that is none", ["doppler", "--count", "0"], 2, "Give a whole number from 1"],
    ["a file that is not there", ["doppler", "--in", join(folder, "none")], 2, "cannot read it"],
    ["a folder to write to", ["doppler", "--out", folder], 2, "cannot write it"],
  ])("refuses %s in one line", async (_what, argv, exit, message) => {
    const run = await runCosmo(argv);

    expect(run.stderr).toContain(message);
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
    expect(run.exit).toBe(exit);
  });

  test("names the line of a recording that is wrong", async () => {
    const typo = await runCosmo(["doppler", "--in", "-"], { stdin: '\n{"doppler":1,}' });
    const other = await runCosmo(["doppler", "--in", "-"], { stdin: "{}" });

    expect(typo.stderr).toMatch(/stdin:2 is no JSON: .* column 14/);
    expect(other.stderr).toContain("stdin:1: This is no record of doppler: its `doppler` is not 1");
    expect(other.exit).toBe(1);
  });
});

describe("cosmo registry list", () => {
  test("lists who is there, as a table and as JSON", async () => {
    const table = await runCosmo(["registry", "list", "--url", url, "-n", "demo"]);
    const json = await runCosmo(["registry", "list", "--url", url, "-n", "demo", "--kind", "neuron", "-o", "json"]);

    expect(table.stdout).toMatch(/^ID +ROLE +KIND +CAPABILITIES +HOST .*\nctx +engram .*\necho +neuron +talk +host /);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { id: "echo", role: "neuron", capabilities: ["talk"], source: "host" },
    ]);
    expect(table.exit).toBe(0);
  });

  test("says that nobody is there", async () => {
    const argv = ["registry", "list", "--url", url, "-n", "empty"];
    expect(await runCosmo(argv)).toMatchObject({ exit: 0, stdout: "", stderr: "Nobody is in empty.\n" });
    expect((await runCosmo([...argv, "-o", "json"])).stdout).toBe("[]\n");
  });
});

describe.each([["doppler"], ["registry", "list"]])("cosmo %s %s", (...words) => {
  test("ends with 4 where nobody listens, with 3 without a token", async () => {
    const argv = [...words, "-n", "demo", "--connect-timeout", "300ms", "--url"];
    const nobody = await runCosmo([...argv, await deserted()]);
    const stranger = await runCosmo([...argv, await guarded()]);

    expect(nobody.stderr).toContain("[UNAVAILABLE]");
    expect(nobody.exit).toBe(4);
    expect(stranger.stderr).toContain("[UNAUTHENTICATED]");
    expect(stranger.exit).toBe(3);
  });

  test("ends with 130 when it is interrupted", async () => {
    const argv = [...words, "-n", "demo", "--url", url];
    expect((await runCosmo(argv, { abort: AbortSignal.abort("SIGINT") })).exit).toBe(130);
  });
});

describe("cosmo validate", () => {
  const bytesOf = (): Buffer[] =>
    lines(readFileSync(recording, "utf8")).flatMap((line) => {
      const bytes = readRecordBytes(line);
      return bytes === undefined ? [] : [Buffer.from(bytes)];
    });
  const framed = (parts: readonly Buffer[]): Buffer =>
    Buffer.concat(parts.flatMap((part) => [Buffer.from(varint(part.length)), part]));

  test("finds nothing in Signals that are right: a recording, one of them, a stream of them", async () => {
    const one = join(folder, "one.bin");
    const stream = join(folder, "stream.bin");
    writeFileSync(one, bytesOf()[0] ?? "");
    writeFileSync(stream, framed(bytesOf()));

    const runs = [];
    for (const file of [recording, one, stream]) runs.push(await runCosmo(["validate", file]));

    expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(runs.map(({ stderr }) => /\d+ Signals?/.exec(stderr)?.[0])).toEqual(["2 Signals", "1 Signal", "2 Signals"]);
  });

  test("names the place and the requirement of what it finds, and ends with 100", async () => {
    const [good = Buffer.of()] = bytesOf();
    // The id of the Signal begins with another letter.
    const wrong = Buffer.from(good);
    wrong[2] = 0x78;
    const text = await runCosmo(["validate", "-"], { stdin: framed([good, wrong]) });
    const json = await runCosmo(["validate", "-", "-o", "json"], { stdin: wrong });

    expect(text.stdout).toMatch(/^stdin:2 COS-ENV-001 id: .*\n$/);
    expect(text.exit).toBe(100);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { file: "stdin", line: 1, requirement: "COS-ENV-001", code: "MALFORMED" },
    ]);
  });

  test("finds bytes that are no Signal", async () => {
    const run = await runCosmo(["validate", "-"], { stdin: Uint8Array.of(255, 255) });
    expect(run.stdout).toMatch(/^stdin:1 COS-/);
    expect(run.exit).toBe(100);
  });

  test("ends with 9 where there is no Signal", async () => {
    const note = '{"doppler":1,"kind":"note","at":"2026-01-01T00:00:00Z","namespace":"a","about":"live","text":""}';
    for (const stdin of ["", "\n", note]) expect((await runCosmo(["validate", "-"], { stdin })).exit).toBe(9);
  });

  test("refuses what it cannot read", async () => {
    const gone = await runCosmo(["validate", join(folder, "none")]);
    const other = await runCosmo(["validate", "-"], { stdin: '{"type":"TASK"}' });

    expect(gone.stderr).toContain("cannot read it");
    expect(other.stderr).toContain("stdin:1: ");
    expect([gone.exit, other.exit]).toEqual([2, 2]);
  });
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
