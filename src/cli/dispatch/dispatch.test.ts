import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { createDeferred } from "../../foundation/index.js";
import type { Neuron } from "../../neuron/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import type { Synapse } from "../../synapse/index.js";
import { runCosmo, startCosmo, type CosmoRun } from "../../testing/console/index.js";

const sha256 = createHash("sha256").update("open-sesame").digest("hex");
const server = new SynapseServer({
  port: 0,
  tokens: { entries: [{ principal: "asker", sha256, namespaces: ["*"], rights: ["OBSERVE", "PARTICIPATE"] }] },
});
let url = "";
let synapse: Synapse;
let worker: Dendrite;
let folder = "";
/** Settles when the task that never ends is there, and when it is stopped. */
const waiting = { begun: createDeferred<undefined>(), stopped: createDeferred<undefined>() };

const neurons: Readonly<Record<string, Neuron>> = {
  echo: (input, context) => ({ input, context }),
  words: () => "just words",
  count: async function* count() {
    yield "one";
    yield "two";
    return "three";
  },
  half: async function* half() {
    yield "one";
    throw new Error("it broke on the way");
  },
  broken: () => {
    throw new Error("it broke");
  },
  endless: async (_input, _context, { abort }) => {
    waiting.begun.resolve(undefined);
    await new Promise((resolve) => abort.addEventListener("abort", resolve, { once: true }));
    waiting.stopped.resolve(undefined);
    return null;
  },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-dispatch-"));
  ({ url } = await server.start());
  synapse = await connectSynapse(url, { token: "open-sesame" });
  worker = new Dendrite({ synapse, namespace: "demo" });
  for (const [neuronId, neuron] of Object.entries(neurons)) {
    await worker.attachAxon(new Axon({ neuronId, neuron, capabilities: [`can-${neuronId}`] }));
  }
  await worker.start();
});

afterAll(async () => {
  await worker.close();
  await synapse.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function dispatch(...argv: readonly string[]): Promise<CosmoRun> {
  return dispatchWith({}, ...argv);
}

function dispatchWith(options: { stdin?: string; abort?: AbortSignal }, ...argv: readonly string[]): Promise<CosmoRun> {
  const words = ["dispatch", "--url", url, "-n", "demo", ...argv];
  return runCosmo(words, { env: { COSMO_TOKEN: "open-sesame" }, ...options });
}

describe("cosmo dispatch", () => {
  test("prints an answer as JSON for people, and a text as it is", async () => {
    const echoed = await dispatch("--neuron", "echo", "--input", '{"a": [1]}', "--context", '{"b": 2}');
    expect(echoed).toEqual({
      exit: 0,
      stdout: `${JSON.stringify({ input: { a: [1] }, context: { b: 2 } }, undefined, 2)}\n`,
      stderr: "",
    });
    expect((await dispatch("--neuron", "words")).stdout).toBe("just words\n");
  });

  test("prints the answer, who gave it and its trace as JSON", async () => {
    const { exit, stdout } = await dispatch("--capabilities", "can-echo, can-echo", "--input", "7", "-o", "json");
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      output: { input: 7, context: {} },
      neuron: "echo",
      trace: expect.stringMatching(/^trc_/),
      task: expect.stringMatching(/^evt_/),
      took_ms: expect.any(Number),
    });
  });

  test("reads its input from a file and from stdin", async () => {
    const file = join(folder, "input.json");
    writeFileSync(file, '{"from": "a file"}');
    expect(JSON.parse((await dispatch("--neuron", "echo", "--input", `@${file}`)).stdout)).toEqual({
      input: { from: "a file" },
      context: {},
    });
    const read = await dispatchWith({ stdin: '"from stdin"' }, "--neuron", "echo", "--input", "-");
    expect(JSON.parse(read.stdout)).toEqual({ input: "from stdin", context: {} });
  });

  test("prints parts as they come", async () => {
    expect((await dispatch("--neuron", "count", "--stream")).stdout).toBe("one\ntwo\nthree\n");
    const json: unknown = JSON.parse((await dispatch("--neuron", "count", "--stream", "-o", "json")).stdout);
    expect(json).toMatchObject([{ part: "one" }, { part: "two" }, { output: "three", neuron: "count" }]);
    const lines = (await dispatch("--neuron", "count", "--stream", "-o", "jsonl")).stdout.trim().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toHaveLength(3);
  });

  test("ends its JSON also when the answer is an error", async () => {
    const { exit, stdout, stderr } = await dispatch("--neuron", "half", "--stream", "-o", "json");
    expect(exit).toBe(5);
    expect(JSON.parse(stdout)).toEqual([{ part: "one" }]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "NEURON_FAILED", exit: 5 } });
  });

  test("says the trace at once", async () => {
    expect((await dispatch("--neuron", "words", "--trace")).stderr).toMatch(/^trace trc_\w{26} · task evt_\w{26}\n$/);
  });

  test("stops the task and ends with 130 when it is interrupted", async () => {
    const abort = new AbortController();
    const running = dispatchWith({ abort: abort.signal }, "--neuron", "endless");
    await waiting.begun.promise;
    abort.abort("SIGINT");
    expect((await running).exit).toBe(130);
    await waiting.stopped.promise;
  });

  test("ends with 130 as a process, too", async () => {
    const env = { COSMO_URL: url, COSMO_NAMESPACE: "demo", COSMO_TOKEN: "open-sesame" };
    await using asker = startCosmo(["dispatch", "--neuron", "endless", "--trace"], env);
    await asker.says(/trace trc_/);
    asker.signal("SIGINT");
    expect(await asker.ended()).toMatchObject({ exit: 130, stdout: "" });
  });

  test.each([
    [2, /^\[INVALID_ARGUMENT\] Nobody was named: give --neuron or --capabilities\. /, []],
    [2, /--input is no JSON: value expected at line 2, column 7\. /, ["--neuron", "echo", "--input", '{\n "a": }']],
    [2, /--input: ENOENT: .*'\/none'/, ["--neuron", "echo", "--input", "@/none"]],
    [2, /--context is no JSON object\. /, ["--neuron", "echo", "--context", "[]"]],
    [2, /'no name' is no id/, ["--neuron", "no name"]],
    [2, /unknown option '--neurn'.*Did you mean --neuron\?/, ["--neurn", "echo"]],
    [2, /Give a duration, for example 5s/, ["--neuron", "echo", "--timeout", "soon"]],
    [3, /^\[UNAUTHENTICATED\] /, ["--neuron", "echo", "--token-file", "WRONG"]],
    [
      4,
      /^\[UNAVAILABLE\] No Synapse answers at cosmo:\/\/127\.0\.0\.1:1 within 100 ms\./,
      ["--neuron", "echo", "--url", "cosmo://127.0.0.1:1", "--connect-timeout", "100ms"],
    ],
    [
      5,
      /^\[UNROUTABLE\] Nobody serves TASK for 'ecko'; there is broken, count, echo, endless, half, words\. /,
      ["--neuron", "ecko"],
    ],
    [5, /^\[NEURON_FAILED\] it broke\. /, ["--neuron", "broken"]],
    [6, /^\[DEADLINE_EXCEEDED\] /, ["--neuron", "endless", "--timeout", "50ms"]],
  ])("ends with %i and one line: %s", async (exit, line, argv: readonly string[]) => {
    const wrong = join(folder, "wrong-token");
    writeFileSync(wrong, "nobody's\n");
    const ran = await dispatch(...argv.map((word) => (word === "WRONG" ? wrong : word)));
    expect([ran.exit, ran.stdout]).toEqual([exit, ""]);
    expect(ran.stderr).toMatch(line);
    expect(ran.stderr.match(/\n/g)).toHaveLength(1);
  });
});
