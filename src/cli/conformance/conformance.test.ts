import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { SynapseServer } from "../../synapse/grpc/index.js";
import { startCosmo, type CosmoRun } from "../../testing/console/index.js";

const own = ["--", process.execPath, resolve("dist/conformance/harness/typescript.js")];

async function conformance(...argv: readonly string[]): Promise<CosmoRun> {
  await using suite = startCosmo(["conformance", ...argv]);
  return await suite.ended();
}

describe("cosmo conformance", () => {
  test.each([
    ["is told what a sentence means", 0, ["explain", "COS-TASK-001"], /COS-TASK-001/],
    ["plays cases that pass", 0, ["run", "--role", "codec", "--case", "codec/Ack/received/*", ...own], /conformant · /],
    [
      "plays cases that fail",
      1,
      ["run", "--role", "codec", "--case", "codec/*/field-number-zero", ...own],
      /failed · /,
    ],
    ["is given a flag that it does not know", 2, ["list", "cases", "--nonsense"], /unknown option '--nonsense'/],
    ["is given no command", 2, [], /Usage: conformance/],
    [
      "has nothing to evaluate",
      9,
      ["run", "--role", "codec", "--case", "codec/*", ...own],
      /not-evaluated[^]*\*\* does not/,
    ],
    ["starts a harness that is none", 10, ["run", "--role", "codec", "--", process.execPath, "-e", "0"], /harness/],
  ])(
    "%s: %i",
    async (_what, expected, argv, said) => {
      const { exit, stdout, stderr } = await conformance(...argv);
      expect(exit, stdout + stderr).toBe(expected);
      expect(stdout + stderr).toMatch(said);
    },
    30_000,
  );

  test("proves a Synapse by its address", async () => {
    const server = new SynapseServer({ port: 0 });
    try {
      const { url } = await server.start();
      const run = ["run", "--role", "synapse", "--target", url, "--case", "synapse/session/*"];
      expect(await conformance(...run)).toMatchObject({ exit: 0, stdout: expect.stringContaining("24 passed") });
    } finally {
      await server.close();
    }
  }, 30_000);

  test("proves one Synapse again and again: cases leave no namespaces behind that it had to keep", async () => {
    // One run has some hundred cases; then come again those that need a namespace where nothing was yet.
    const server = new SynapseServer({ port: 0, limits: { namespaces: 64 } });
    try {
      const { url } = await server.start();
      for (const cases of ["synapse/**", "synapse/observer/**"]) {
        const { exit, stdout } = await conformance("run", "--role", "synapse", "--target", url, "--case", cases);
        expect(exit, stdout).toBe(0);
      }
    } finally {
      await server.close();
    }
  }, 240_000);

  test("is interrupted: 130", async () => {
    // Takes connections, and says nothing.
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : address;
    await using suite = startCosmo([
      "conformance",
      "run",
      "--role",
      "synapse",
      "--target",
      `cosmo://127.0.0.1:${port}`,
    ]);
    const [socket]: unknown[] = await once(silent, "connection");
    suite.signal("SIGINT");
    expect((await suite.ended()).exit).toBe(130);
    if (socket instanceof Socket) socket.destroy();
    silent.close();
  }, 30_000);
});
