import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Dendrite } from "../../dendrite/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import type { Synapse } from "../../synapse/index.js";
import { startCosmo } from "../../testing/console/index.js";

const server = new SynapseServer({ port: 0 });
let url = "";
let synapse: Synapse;
let asker: Dendrite;
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-watch-"));
  ({ url } = await server.start());
  synapse = await connectSynapse(url);
  asker = new Dendrite({ synapse, namespace: "default", role: "orchestrator" });
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

async function ask(neuron: string): Promise<unknown> {
  return (await asker.dispatchAndWait({ neuron, timeoutMs: 20_000 })).output;
}

/** Resolves once only one process serves an id. */
async function becomesOne(neuron: string): Promise<void> {
  let count = 0;
  for await (const { kind, ...seen } of asker.observe({ types: ["REGISTER", "DEREGISTER"] })) {
    if (kind !== "snapshot" && kind !== "signal" && kind !== "live") continue;
    const body = "signal" in seen ? seen.signal.body : undefined;
    if (body?.$case === "register" && body.value.id === neuron) count += 1;
    if (body?.$case === "deregister" && body.value.id === neuron) count -= 1;
    if (kind !== "snapshot" && count === 1) return;
  }
}

describe("cosmo worker run --watch", { timeout: 60_000 }, () => {
  test("loads what a module imports again, keeps the code from before when the new one is wrong, and drains", async () => {
    const lib = (word: string): string => `export const word: string = ${word};\n`;
    write("word.ts", lib('"first"'));
    const file = write("say.ts", 'import { word } from "./word.js";\nexport async function say() { return word; }\n');
    await using worker = startCosmo(["worker", "run", file, "--watch"], { COSMO_URL: url });
    await worker.says(/Hosting say in 'default'/);
    expect(await ask("say")).toBe("first");

    write("word.ts", lib('"second"'));
    await worker.says(/Loaded again: say\./);
    await becomesOne("say");
    expect(await ask("say")).toBe("second");

    write("word.ts", lib("= 3"));
    await worker.says(/cannot be loaded: Unexpected token at \/.*\/word\.ts:1\. .*\nThe code from before goes on/);
    expect(await ask("say")).toBe("second");

    write("word.ts", lib('"third"'));
    await worker.says(/Loaded again: say\.[^]*Loaded again: say\./);
    await becomesOne("say");
    expect(await ask("say")).toBe("third");

    worker.signal("SIGINT");
    expect(await worker.ended()).toMatchObject({ exit: 130 });
  });

  test("lets a running task end with the code that began it", async () => {
    const code = (word: string): string => `
      let open;
      const opened = new Promise((resolve) => { open = resolve; });
      export async function hold(_input, _context, { emit }) { await emit("begun"); await opened; return "${word}"; }
      process.once("disconnect", () => setImmediate(open));
      if ("${word}" === "new") open();
    `;
    const file = write("hold.mjs", code("old"));
    await using worker = startCosmo(["worker", "run", file, "--watch"], { COSMO_URL: url });
    await worker.says(/Hosting hold/);
    const held = asker.dispatch({ neuron: "hold" });
    for await (const { output } of held) {
      expect(output).toBe("begun");
      write("hold.mjs", code("new"));
    }
    expect((await held).output).toBe("old");
    await becomesOne("hold");
    expect(await ask("hold")).toBe("new");
    worker.signal("SIGTERM");
    expect(await worker.ended()).toMatchObject({ exit: 0 });
  });

  test("says when the process ends by itself, and starts it again on a change", async () => {
    const file = write("ends.mjs", "export async function ends() { process.exit(3); }\n");
    await using worker = startCosmo(["worker", "run", file, "--watch"], { COSMO_URL: url });
    await worker.says(/Hosting ends/);
    // Its outcome waits for the session that is lost; nobody else does.
    asker.dispatch({ neuron: "ends" }).outcome.catch(() => undefined);
    await worker.says(/The process of the Neurons ended with 3; save a file to start it again\./);
    write("ends.mjs", "export async function ends() { return 1; }\n");
    await worker.says(/Loaded again: ends\./);
    worker.signal("SIGINT");
    expect(await worker.ended()).toMatchObject({ exit: 130 });
  });

  test("ends like its process when the first load fails", async () => {
    const file = write("wrong.mjs", "export const a = = 1;\n");
    const { exit, stderr } = await startCosmo(["worker", "run", file, "--watch", "-o", "json"]).ended();
    expect(exit).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "INVALID_ARGUMENT", exit: 2 } });
  });
});
