// Every command, for every exit code that its help documents. Those of `engram` from 3 on are in engram/exits.test.ts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, closeSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Axon } from "../axon/index.js";
import { Dendrite } from "../dendrite/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { PostgresEngram } from "../engram/postgres/index.js";
import { SqliteEngram } from "../engram/sqlite/index.js";
import { createDeferred } from "../foundation/index.js";
import { SynapseServer } from "../synapse/grpc/index.js";
import { EngramBus, listCommands, runCosmo, startCosmo, type RunCosmoOptions } from "../testing/console/index.js";

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-exits-"));
const at = (name: string): string => join(folder, name);
let asked = createDeferred<void>();
let bus: EngramBus;
let guarded: SynapseServer;
let guardedUrl = "";
let narrow: SynapseServer;
let narrowUrl = "";
let other: Dendrite;
const dsn = (): string => inject("postgresDsn");
const schema = `cli_all_exits_${process.pid}`;

beforeAll(async () => {
  writeFileSync(at("own.mjs"), "export async function own(input) { return input; }\n");
  writeFileSync(at("ctx.mjs"), "export async function ctx(input) { return input; }\n");
  writeFileSync(at("empty.ndjson"), "");
  mkdirSync(at("taken"));
  writeFileSync(join(at("taken"), "notes.md"), "mine");
  writeFileSync(at("wrong.binpb"), "\u0000wrong");
  writeFileSync(at("none.ndjson"), '{"format":"cosmonapse.engram","format_version":1}\n{"end":true,"entries":0}\n');
  bus = await EngramBus.start(new InMemoryEngram({ engramId: "ctx", engramKind: "mixed" }));
  const endless = new Axon({
    neuronId: "endless",
    neuron: (_input, _context, { abort }) => {
      asked.resolve();
      return new Promise((settle) => abort.addEventListener("abort", () => settle(null), { once: true }));
    },
  });
  const broken = new Axon({ neuronId: "broken", neuron: () => Promise.reject(new Error("it broke")) });
  const echo = new Axon({ neuronId: "echo", neuron: (input) => input });
  for (const axon of [endless, broken, echo]) await bus.dendrite.attachAxon(axon);
  await bus.dendrite.imprint({ directedId: "ctx" }, { op: "add", mergeKey: "k", entry: { a: 1 } });
  const rights = ["OBSERVE"];
  const entries = [{ principal: "me", sha256: "0".repeat(64), namespaces: ["*"], rights }];
  guarded = new SynapseServer({ port: 0, tokens: { entries } });
  guardedUrl = (await guarded.start()).url;
  narrow = new SynapseServer({ port: 0, limits: { namespaces: 1 } });
  narrowUrl = (await narrow.start()).url;
  other = new Dendrite({ synapse: narrow.local(), namespace: "other" });
  await other.start();
  const kept = { engramId: "ctx", engramKind: "context" };
  const stores = [new SqliteEngram({ ...kept, path: at("kept.db") })];
  const databases = dsn() === "" ? [] : [new PostgresEngram({ ...kept, dsn: dsn(), schema })];
  for (const engram of [...stores, ...databases]) {
    await engram.open("demo");
    await engram.close();
  }
  await bus.run(["doppler", "--count", "1", "--out", at("seen.ndjson")]);
}, 60_000);

afterAll(async () => {
  await other.close();
  await bus[Symbol.asyncDispose]();
  await guarded.close();
  await narrow.close();
  rmSync(folder, { recursive: true });
});

/** A line that does well and ends by itself; the values of its flags are known when it runs. */
type Line = () => readonly string[];

const entry = ["--op", "upsert", "--merge-key", "new", "--entry", "{}"];
const everything = ["--engram-id", "ctx", "-n", "demo", "--everything", "--yes"];
const oneShot: Readonly<Record<string, Line>> = {
  "synapse view": () => [],
  "synapse stop": () => ["-n", "nobody"],
  doppler: () => ["--count", "1"],
  dispatch: () => ["--neuron", "echo", "--input", "{}"],
  "engram recall": () => ["--engram", "ctx"],
  "engram imprint": () => ["--engram", "ctx", ...entry],
  "engram delete": () => ["--engram", "ctx", "--merge-key", "none"],
  "engram export": () => ["--engram", "ctx", "--out", "-"],
  "engram import": () => ["--engram", "ctx", "--in", at("none.ndjson")],
  "engram forget sqlite": () => ["--path", at("kept.db"), ...everything],
  "engram forget postgres": () => ["--dsn", dsn(), "--schema", schema, ...everything],
  "registry list": () => [],
  schema: () => ["TaskBody"],
  "schema list": () => [],
  validate: () => [at("seen.ndjson")],
  init: () => [at("made")],
  completion: () => ["bash"],
  version: () => [],
};
const untilTold: Readonly<Record<string, Line>> = {
  "synapse start": () => ["memory", "--port", "0"],
  prism: () => ["--port", "0", "--no-open"],
  "engram serve memory": () => ["--engram-id", "one"],
  "engram serve sqlite": () => ["--engram-id", "two", "--path", at("two.db")],
  "engram serve postgres": () => ["--engram-id", "three", "--dsn", dsn(), "--schema", `${schema}_three`],
  "worker run": () => [at("own.mjs")],
};

const leaves = listCommands().flatMap(({ words, example, flags, isPassedOn }) =>
  example === undefined || isPassedOn ? [] : [{ name: words.join(" "), isOnBus: flags.includes("--url") }],
);

/** The whole line of a command that does well, as JSON. */
function lineOf(name: string, line: Line = () => []): readonly string[] {
  const where = leaves.find((leaf) => leaf.name === name)?.isOnBus === true ? ["--url", bus.url] : [];
  const namespace = where.length === 0 || line().includes("-n") ? [] : ["-n", "demo"];
  return [...name.split(" "), ...where, ...namespace, "-o", "json", ...line()];
}

/** Runs a process that cannot write what it found. */
async function runFull(argv: readonly string[]): Promise<{ readonly exit: unknown; readonly stderr: string }> {
  const stdout = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [resolve("dist/src/cli/main.js"), ...argv], {
    stdio: ["ignore", stdout, "pipe"],
  });
  closeSync(stdout);
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [exit]: unknown[] = await once(child, "close");
  return { exit, stderr };
}

function needs(name: string, skip: (why: string) => void): void {
  if (name.endsWith("postgres") && dsn() === "") skip(inject("postgresMissing"));
}

describe("every command", () => {
  test("is in the table of those that end, or of those that go on", () => {
    const listed = [...Object.keys(oneShot), ...Object.keys(untilTold)];
    expect(listed.sort()).toEqual(leaves.map(({ name }) => name).sort());
  });
});

describe.each(Object.entries(oneShot))("cosmo %s", (name, line) => {
  test("ends with 1, and says why, if what it found cannot be written", async ({ skip }) => {
    needs(name, skip);
    const { exit, stderr } = await runFull(lineOf(name, line));
    expect(exit, stderr).toBe(1);
    expect(stderr).toMatch(/stdout.*ENOSPC/);
  });

  test("ends with 0, and its JSON can be read", async ({ skip }) => {
    needs(name, skip);
    rmSync(at("made"), { recursive: true, force: true });
    const { exit, stdout, stderr } = await runCosmo(lineOf(name, line));
    expect(exit, stderr).toBe(0);
    const isText = name === "completion" || name === "engram export";
    if (!isText && stdout !== "") expect(() => JSON.parse(stdout)).not.toThrow();
  });
});

describe.each(Object.entries(untilTold))("cosmo %s", (name, line) => {
  test("ends with 0 when it is told to end, and with 130 when it is interrupted", async ({ skip }) => {
    needs(name, skip);
    for (const [signal, code] of [
      ["SIGTERM", 0],
      ["SIGINT", 130],
    ] as const) {
      await using running = startCosmo(lineOf(name, line));
      const [facts] = await running.says(/\{.*\}/);
      expect(() => JSON.parse(facts)).not.toThrow();
      running.signal(signal);
      expect(await running.ended()).toMatchObject({ exit: code });
    }
  }, 30_000);

  test("ends with 1, and says why, if it cannot say that it is there", async ({ skip }) => {
    needs(name, skip);
    const { exit, stderr } = await runFull(lineOf(name, line));
    expect(exit, stderr).toBe(1);
    expect(stderr).toMatch(/stdout.*ENOSPC/);
  });
});

type Case = readonly [name: string, exit: number, run: () => ReturnType<typeof runCosmo>];

const run = (name: string, more: () => readonly string[], options: RunCosmoOptions = {}) =>
  runCosmo([...name.split(" "), "-o", "json", ...more()], options);

/** A command that asks a Synapse, to a wrong token, to nobody, and interrupted before it is heard. */
function onBus(name: string, line: Line): readonly Case[] {
  return [
    [name, 3, () => run(name, () => ["--url", guardedUrl, ...line()])],
    [name, 4, () => run(name, () => ["--url", "cosmo://127.0.0.1:1", "--connect-timeout", "200ms", ...line()])],
    [
      name,
      130,
      () => run(name, () => ["--url", "cosmo://127.0.0.1:1", ...line()], { abort: AbortSignal.abort("SIGINT") }),
    ],
  ];
}

const ask =
  (neuron: string, ...more: readonly string[]) =>
  () => [...["--url", bus.url, "-n", "demo", "--input", "{}", "--neuron", neuron], ...more];
const wrongSignal = Buffer.from([0x0a, 0x01, 0x78]);

const cases: readonly Case[] = [
  ...onBus("synapse view", () => []),
  ...onBus("synapse stop", () => ["-n", "demo"]),
  ...onBus("registry list", () => []),
  ...onBus("worker run", () => [at("own.mjs")]),
  ["worker run", 7, () => run("worker run", () => ["--url", bus.url, "-n", "demo", at("ctx.mjs")])],
  ...onBus("doppler", () => []),
  ...onBus("prism", () => ["--port", "0"]),
  ["prism", 5, () => run("prism", () => ["--port", "0", "--url", narrowUrl, "-n", "one-more"])],
  ["doppler", 5, () => run("doppler", () => ["--url", narrowUrl, "-n", "one-more"])],
  ...onBus("dispatch", () => ["--input", "{}", "--neuron", "echo"]),
  ["dispatch", 5, () => run("dispatch", ask("broken"))],
  ["dispatch", 6, () => run("dispatch", ask("endless", "--timeout", "100ms"))],
  [
    "synapse start",
    130,
    () => run("synapse start", () => ["memory", "--port", "0"], { abort: AbortSignal.abort("SIGINT") }),
  ],
  ["validate", 9, () => run("validate", () => [at("empty.ndjson")])],
  ["validate", 100, () => run("validate", () => ["-"], { stdin: wrongSignal })],
  ["validate", 130, () => run("validate", () => [at("seen.ndjson")], { abort: AbortSignal.abort("SIGINT") })],
  ["init", 7, () => run("init", () => [at("taken")])],
];

describe("the other exit codes", () => {
  test("have a case each", () => {
    const documented = listCommands().flatMap(({ words, exits }) => {
      const [first = ""] = words;
      return ["engram", "conformance"].includes(first) ? [] : exits.map((exit) => `${words.join(" ")} ${exit}`);
    });
    expect(documented.length).toBeGreaterThan(20);
    expect(cases.map(([name, exit]) => `${name} ${exit}`).sort()).toEqual(documented.sort());
  });

  test.each(cases)("%s: %i", async (_name, expected, end) => {
    const { exit, stdout, stderr } = await end();
    expect(exit, stderr).toBe(expected);
    if (stdout !== "") expect(() => JSON.parse(stdout)).not.toThrow();
    if (expected <= 7)
      expect(JSON.parse(stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({ error: { exit: expected } });
  });

  test("an interrupt stops a task that runs", async () => {
    asked = createDeferred<void>();
    const abort = new AbortController();
    const running = run("dispatch", ask("endless"), { abort: abort.signal });
    await asked.promise;
    abort.abort("SIGINT");
    expect((await running).exit).toBe(130);
  });
});
