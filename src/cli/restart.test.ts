import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parsed, runCosmo, startCosmo } from "../testing/console/index.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-restart-"));
  const code = `export async function remember(input, _context, { recall, imprint }) {
    const { hits } = await recall("ctx", { query: { mergeKey: "seen" } });
    await imprint("ctx", { op: "upsert", mergeKey: "seen", entry: { input } });
    return hits.length;
  }`;
  writeFileSync(join(folder, "remember.mjs"), code);
});
afterEach(() => rmSync(folder, { recursive: true }));

// The Synapse is killed, not told to end: nobody hears of it, and it knows nothing of anybody when it is there again.
test("a worker and a memory outlive their Synapse, and are there again on the next one", async () => {
  const bus = ["synapse", "start", "memory", "-n", "demo", "--quiet", "--port"];
  await using first = startCosmo([...bus, "0"]);
  const [, url = "", port = ""] = await first.says(/Synapse at (cosmo:\S+:(\d+))/);
  const where = ["--url", url, "-n", "demo"];
  await using memory = startCosmo(["engram", "serve", "sqlite", "--path", join(folder, "kept.db"), ...where]);
  await memory.says(/ctx +context memory/);
  await using worker = startCosmo(["worker", "run", join(folder, "remember.mjs"), "--engram", "ctx", ...where]);
  await worker.says(/Hosting remember/);
  const ask = async (): Promise<number> => {
    const argv = ["dispatch", "--neuron", "remember", "--input", "{}", ...where, "-o", "json"];
    const { exit, stdout, stderr } = await runCosmo(argv);
    expect(exit, stderr).toBe(0);
    return parsed<{ readonly output: number }>(stdout).output;
  };
  expect(await ask()).toBe(0);

  first.signal("SIGKILL");
  await first.ended();
  await using second = startCosmo([...bus, port]);
  await second.says(/Synapse at/);
  await using doppler = startCosmo(["doppler", ...where, "-o", "jsonl", "--", "type:REGISTER"]);
  await doppler.says(/("type":"REGISTER".*\n[^]*){2}/);
  expect(await ask()).toBe(1);

  for (const service of [worker, memory, second]) {
    service.signal("SIGTERM");
    expect((await service.ended()).exit).toBe(0);
  }
}, 60_000);
