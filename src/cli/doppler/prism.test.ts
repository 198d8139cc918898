import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeRecord } from "../../doppler/index.js";
import { decodeSignal, signalToJson } from "../../signal/index.js";
import { EngramBus, parsed, runCosmo, startCosmo } from "../../testing/console/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { TestPage, tokenOf } from "../../testing/prism/index.js";
import { taskRecord } from "../../testing/records/index.js";

let folder = "";
let recording = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-prism-"));
  recording = join(folder, "seen.ndjson");
  const records = [taskRecord({ user: "ann", password: "swordfish" }), { ...taskRecord(), number: 2 }];
  writeFileSync(recording, records.map((record) => `${JSON.stringify(writeRecord(record))}\n`).join(""));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a page is told of the first record. */
async function firstSeen(url: string): Promise<{ readonly text: string; readonly page: TestPage }> {
  const page = await TestPage.enter(url, tokenOf(url));
  await page.until(() => page.records.length > 0);
  const what = page.records[0]?.what;
  const bytes = what?.$case === "seen" ? what.value.signal : new Uint8Array();
  return { text: JSON.stringify(signalToJson(decodeSignal(bytes))), page };
}

describe("cosmo prism", () => {
  test("shows a recording without a bus, and no secrets of it", async () => {
    const ready = join(folder, "ready.json");
    const argv = ["prism", "--in", recording, "--port", "0", "--no-open", "--ready-file", ready];
    await using prism = startCosmo(argv);
    const [, url = ""] = await prism.says(/open +(http:\S+#token=\S+)/);
    expect(parsed(readFileSync(ready, "utf8"))).toMatchObject({ url, pid: prism.pid });
    const { text, page } = await firstSeen(url);
    expect(text).toContain("ann");
    expect(text).not.toContain("swordfish");
    expect(page.opening).toMatchObject({ isLive: false, isRedacted: true, source: recording });
    prism.signal("SIGINT");
    expect((await prism.ended()).exit).toBe(130);
    expect(existsSync(ready)).toBe(false);
  });

  test("shows secrets if that is asked for", async () => {
    await using prism = startCosmo([
      "prism",
      "--in",
      recording,
      "--port",
      "0",
      "--no-open",
      "--no-redact",
      "-o",
      "json",
    ]);
    const [facts] = await prism.says(/\{.*\}/);
    const { text } = await firstSeen(parsed<{ readonly url: string }>(facts).url);
    expect(text).toContain("swordfish");
    prism.signal("SIGTERM");
    expect((await prism.ended()).exit).toBe(0);
  });

  test("opens from doppler too, and shows who is there", async () => {
    await using bus = await EngramBus.start(new InMemoryEngram({ engramId: "ctx", engramKind: "context" }));
    const argv = ["doppler", "--prism", `--url=${bus.url}`, "-n", "demo", "--port", "0", "--no-open"];
    await using prism = startCosmo(argv);
    const [, url = ""] = await prism.says(/open +(http:\S+#token=\S+)/);
    const { text } = await firstSeen(url);
    expect(text).toContain('"ctx"');
    prism.signal("SIGTERM");
    await prism.ended();
  });

  test("names who has the port", async () => {
    await using first = startCosmo(["prism", "--in", recording, "--port", "0", "--no-open", "-o", "json"]);
    const [facts] = await first.says(/\{.*\}/);
    const { port } = parsed<{ readonly port: number }>(facts);
    const { exit, stderr } = await runCosmo(["prism", "--in", recording, "--port", String(port), "--no-open"]);
    expect([exit, stderr]).toEqual([1, expect.stringContaining(`is taken by process ${first.pid}`)]);
  });

  test.each([
    ["a file that is not there", ["--in", "/no/such/file"], 2, "cannot read it"],
    ["a file that is no recording", ["--in", "package.json"], 2, "package.json:1"],
  ])("refuses %s in one line", async (_what, argv, exit, message) => {
    const run = await runCosmo(["prism", "--port", "0", ...argv]);
    expect([run.exit, run.stdout]).toEqual([exit, ""]);
    expect(run.stderr).toContain(message);
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
  });
});
