import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { EngramBus, type CosmoRun, parsed } from "../../testing/console/index.js";

let folder: string;
let file: string;
let bus: EngramBus;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-cli-"));
  file = join(folder, "in.ndjson");
  bus = await EngramBus.start(new InMemoryEngram({ engramId: "to", engramKind: "context" }));
});
afterEach(async () => {
  await bus[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const importTo = (engramId: string, ...argv: readonly string[]): Promise<CosmoRun> =>
  bus.run(["engram", "import", "--engram", engramId, "--in", file, "-o", "json", ...argv]);

describe("a broken file", () => {
  const good = '{"id":"eng_01HZZZZZZZZZZZZZZZZZZZZZZA","content":{"a":1},"tags":[],"version":1}';
  const header =
    '{"format":"cosmonapse.engram","format_version":1,"engram_id":"x","namespace":"demo","exported_at":"2026-01-01T00:00:00.000Z"}';
  const end = '{"end":true,"entries":2}';

  test.each([
    [[header, good, '{"id":"eng_1"', end], "3:14", /no JSON/],
    [[header, good, '{"id":"eng_1","content":{}}', end], "3:7", /the id is not eng_ and a ULID/],
    [[header, good, good.replace('{"a":1}', "[1]"), end], "3:50", /the content is no object/],
    [[header, good, good.replace('"tags":[]', '"tags":[1]'), end], "3:65", /the tags are no list of strings/],
    [[header, good, good.replace('"tags":[]', '"tags":[""]'), end], "3:65", /tags is empty/],
    [[header, good, good.replace('"version"', '"seq":0,"version"'), end], "3:74", /seq is no number/],
    [[header, good, good.replace('"version"', '"seq":1,"version"'), end], "3:74", /has a merge_key/],
    [[header, good, good.replace('{"a":1}', '{"a":1,"a":2}'), end], "3:1", /twice/],
    [[header, good, good.replace('"version"', '"expires_at":"soon","version"'), end], "3:81", /expires_at is no time/],
    [[header, good, "[]", end], "3:1", /JSON, but no object/],
    [[header, good, `${"[".repeat(100_000)}`, end], "3:1", /too deep/],
    [[header, good, good], "4:1", /it was cut off/],
    [[header, good, end], "3:1", /should have 2 entries, and has 1/],
    [[header, good, good, end, good], "5:1", /something follows/],
    [[good, good, end], "1:1", /no export of an Engram/],
    [[header.replace(":1,", ":2,"), good, good, end], "1:48", /version 2 is not known here/],
    [[], "1:1", /it was cut off/],
  ])("%#: names the place and imports nothing", async (lines, place, why) => {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    const { exit, stdout, stderr } = await importTo("to");
    expect([exit, stdout, stderr.trim().split("\n").length]).toEqual([100, "", 1]);
    const { error } = parsed<{ error: { message: string } }>(stderr);
    expect(error.message.startsWith(`${file}:${place}: `), error.message).toBe(true);
    expect(error.message).toMatch(why);
    const { hits } = await bus.dendrite.recall({ directedId: "to" });
    expect(hits).toEqual([]);
  });

  test("names bytes that are no UTF-8", async () => {
    writeFileSync(file, Buffer.from([...Buffer.from(`${header}\n{"id":"`), 0xff, ...Buffer.from('"}\n')]));
    const { exit, stderr } = await importTo("to");
    expect([exit, stderr]).toEqual([100, expect.stringContaining(`${file}:2:1: the line is no UTF-8`)]);
  });

  test("is imported without its broken lines with --keep-going, and ends with 100 all the same", async () => {
    writeFileSync(file, `${header}\n{"id":1}\n${good}\n`);
    const run = await importTo("to", "--keep-going");
    expect([run.exit, JSON.parse(run.stdout)]).toMatchObject([100, { added: 1, conflicts: 0, broken: 2 }]);
    expect(run.stderr).toMatch(/left out .*:2:7: the id[^]*left out .*:4:1: the file ends without/);
  });

  test("that is not there is usage", async () => {
    const { exit, stderr } = await bus.run(["engram", "import", "--engram", "to", "--in", "/nowhere/x"]);
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/--in: .*\/nowhere\/x/)]);
  });
});
