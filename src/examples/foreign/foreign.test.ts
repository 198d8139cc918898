// Clients in other languages, made from the same schema by hand-written programs of 60 lines at most.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Axon, Dendrite, type Json } from "../../index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import { buildGo, buildPython, type Program } from "../../testing/foreign/index.js";

const languages = [
  { name: "Python", file: "python/ask.py", missing: inject("pythonMissing"), build: buildPython },
  { name: "Go", file: "go/main.go", missing: inject("goMissing"), build: buildGo },
] as const;

describe.each(languages)("a client in $name", ({ file, missing, build }) => {
  const closing: (() => unknown)[] = [];
  let program: Program | undefined;
  let address = "";

  beforeAll(async () => {
    if (missing !== "") return;
    program = await build();
    closing.push(program.remove);
    const server = new SynapseServer({ port: 0 });
    closing.push(() => server.close());
    const { url, host, port } = await server.start();
    address = `${host}:${port}`;
    const synapse = await connectSynapse(url);
    const worker = new Dendrite({ synapse, namespace: "demo", dendriteId: "worker" });
    closing.push(
      () => synapse.close(),
      () => worker.close(),
    );
    await worker.attachAxon(new Axon({ neuronId: "echo", neuron: (input: Json) => ({ echo: input }) }));
    await worker.attachAxon(
      new Axon({
        neuronId: "broken",
        neuron: () => {
          throw new Error("out of ideas");
        },
      }),
    );
    await worker.start();
  }, 180_000);

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  async function ask(neuron: string, input: string): Promise<{ code: number; stdout: string; stderr: string }> {
    if (program === undefined) throw new Error("it was built");
    const { command, args, env } = program;
    const options = { env: { ...process.env, ...env }, timeout: 30_000 };
    return promisify(execFile)(command, [...args, address, neuron, input], options).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      // What a failed run is: its code and what it printed.
      (thrown: unknown) => thrown as { code: number; stdout: string; stderr: string },
    );
  }

  test("has at most 60 lines", () => {
    expect(readFileSync(`src/examples/foreign/${file}`, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  });

  test("says hello, publishes a TASK and reads its outcome", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const { code, stdout, stderr } = await ask("echo", '{"n": 9007199254740993, "text": "😀"}');
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({ echo: JSON.parse('{"n": 9007199254740993, "text": "😀"}') });
  }, 40_000);

  test("reads an error as its outcome, and exits as the table of errors says", async ({ skip }) => {
    if (missing !== "") skip(missing);
    expect(await ask("nobody", "1")).toMatchObject({
      code: 5,
      stdout: "",
      stderr: expect.stringMatching(/^\[UNROUTABLE\] .*broken, echo/),
    });
    expect(await ask("broken", "1")).toMatchObject({ code: 5, stderr: "[NEURON_FAILED] out of ideas\n" });
    expect(await ask("echo", "{")).toMatchObject({ code: 2, stderr: expect.stringContaining("[INVALID_INPUT]") });
  }, 40_000);
});
