import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { FakeClock } from "../../testing/index.js";
import { EngramBus, parsed } from "../../testing/console/index.js";

const ulids = ["A", "B", "C", "D", "E", "F"].map((letter) => `01HZZZZZZZZZZZZZZZZZZZZZZ${letter}`);

let bus: EngramBus;
let clock: FakeClock;
beforeEach(async () => {
  const ids = [...ulids];
  clock = new FakeClock();
  bus = await EngramBus.start(
    new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock, ids: () => ids.shift() ?? "" }),
    new InMemoryEngram({ engramId: "other", engramKind: "context", clock }),
  );
});
afterEach(() => bus[Symbol.asyncDispose]());

const imprint = (...argv: readonly string[]) => bus.run(["engram", "imprint", "--engram", "ctx", ...argv]);
const recall = (...argv: readonly string[]) => bus.run(["engram", "recall", "--engram", "ctx", ...argv]);
interface Found {
  readonly hits: readonly { content: unknown; expires_at?: string; updated_at: string; provenance: unknown }[];
}
const contentsOf = (stdout: string): unknown[] => parsed<Found>(stdout).hits.map(({ content }) => content);

describe("cosmo engram imprint", () => {
  test("tells each op what it did, a line each", async () => {
    const lines = [];
    for (const argv of [
      ["--op", "add", "--merge-key", "k", "--entry", '{"a":1}'],
      ["--op", "merge", "--merge-key", "k", "--entry", '{"b":2}'],
      ["--op", "upsert", "--merge-key", "k", "--entry", '{"c":3}', "--imprint-id", "again"],
      ["--op", "upsert", "--merge-key", "k", "--entry", '{"c":3}', "--imprint-id", "again"],
      ["--op", "append", "--merge-key", "log", "--entry", "{}"],
      ["--op", "delete", "--merge-key", "k"],
      ["--op", "delete", "--merge-key", "k"],
    ]) {
      const { exit, stdout, stderr } = await imprint(...argv);
      expect([exit, stderr]).toEqual([0, ""]);
      lines.push(stdout);
    }
    expect(lines).toEqual([
      `added     k v1 eng_${ulids[1]} in ctx (memory)\n`,
      `merged    k v2 eng_${ulids[1]} in ctx (memory)\n`,
      `replaced  k v3 eng_${ulids[1]} in ctx (memory)\n`,
      `replaced  k v3 eng_${ulids[1]} in ctx (memory) replayed\n`,
      `appended  log v1 item 1 eng_${ulids[2]} in ctx (memory)\n`,
      `deleted   k v4 eng_${ulids[1]} in ctx (memory)\n`,
      "nothing   k v4 in ctx (memory)\n",
    ]);
  });

  test("takes every option of an imprint: tags, id, version, time to live, strategy, imprint id", async () => {
    await imprint("--op", "add", "--merge-key", "k", "--entry", '{"l":[1],"tags":["b"]}', "--tag", "a", "--tag", "c");
    const id = `eng_${ulids[1]}`;
    const argv = ["--op", "merge", "--id", id, "--entry", '{"l":[2]}', "--if-version", "1", "--ttl", "2m"];
    const { stdout } = await imprint(...argv, "--strategy", "deep-union", "--imprint-id", "mine", "-o", "json");
    expect(JSON.parse(stdout)).toEqual({
      imprint_id: "mine",
      acknowledged: true,
      receipts: [
        {
          engram_id: "ctx",
          id,
          merge_key: "k",
          version: 2,
          created: false,
          deleted: false,
          replayed: false,
          durability: "memory",
        },
      ],
      partial: false,
      missing: [],
      errors: [],
    });
    const [hit] = parsed<Found>((await recall("-o", "json")).stdout).hits;
    expect(hit).toMatchObject({ content: { l: [1, 2] }, tags: ["a", "b", "c"], version: 2 });
    expect(Date.parse(hit?.expires_at ?? "") - Date.parse(hit?.updated_at ?? "")).toBe(120_000);
    expect(hit?.provenance).toMatchObject({ imprint_id: "mine" });
  });

  test("reads the entry from a file and from stdin, and changes all of a kind if it is told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cosmonapse-cli-"));
    try {
      writeFileSync(join(folder, "e.json"), '{"from":"file"}');
      await imprint("--op", "add", "--entry", `@${join(folder, "e.json")}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const all = ["engram", "imprint", "--kind", "context", "--all", "--op", "add", "--entry", "-", "-o", "json"];
    const { exit, stdout } = await bus.run(all, { stdin: '{"from":"stdin"}' });
    expect(exit).toBe(0);
    expect(
      parsed<{ receipts: { engram_id: string }[] }>(stdout)
        .receipts.map((it) => it.engram_id)
        .sort(),
    ).toEqual(["ctx", "other"]);
    expect(contentsOf((await recall("-o", "json")).stdout)).toEqual([{ from: "stdin" }, { from: "file" }]);
  });

  test("does not wait for the receipt with --no-ack", async () => {
    const { exit, stdout } = await imprint("--op", "add", "--entry", "{}", "--no-ack", "--imprint-id", "x");
    expect([exit, stdout]).toEqual([0, "sent      imprint id x\n"]);
  });

  test.each([
    [["--op", "add", "--entry", '{"a":\n 1,}'], 2, /--entry is no JSON: .* at line 2, column 4/],
    [["--op", "add", "--entry", '{"a":1,"a":2}'], 2, /^\[INVALID_ENTRY\].*twice/],
    [["--op", "add", "--entry", '{"a":9007199254740993}'], 2, /^\[INVALID_ENTRY\]/],
    [["--op", "add", "--entry", "[]"], 2, /--entry is JSON, but no object/],
    [["--op", "add"], 2, /add needs an entry/],
    [["--op", "add", "--entry", "@/nowhere/e.json"], 2, /--entry: .*\/nowhere\/e.json/],
    [["--op", "add", "--entry", '{"id":"eng_1"}', "--id", `eng_${ulids[5]}`], 2, /the entry has another id/],
    [["--op", "upsert", "--entry", "{}"], 2, /upsert needs to know which entry/],
    [["--op", "change", "--entry", "{}"], 2, /Allowed choices are add, append, merge, upsert, delete/],
    [["--op", "upsert", "--merge-key", "k", "--entry", "{}", "--if-version", "7"], 7, /^\[VERSION_CONFLICT\]/],
  ])("refuses %j with exit code %i", async (argv, code, pattern) => {
    const { exit, stdout, stderr } = await imprint(...argv);
    expect([exit, stdout, stderr.trim().split("\n").length]).toEqual([code, "", 1]);
    expect(stderr).toMatch(pattern);
  });
});

describe("cosmo engram recall", () => {
  beforeEach(async () => {
    await imprint("--op", "add", "--merge-key", "answer", "--entry", '{"q":"meaning of life","n":42}', "--tag", "qa");
    clock.advance(1_000);
    await imprint("--op", "append", "--merge-key", "log", "--entry", '{"q":"life \\u001b[31m","n":7}');
    await bus.run(["engram", "imprint", "--engram", "other", "--op", "add", "--entry", '{"q":"life elsewhere"}']);
  });

  test("shows a table that is aligned, clipped and safe", async () => {
    const { exit, stdout, stderr } = await recall();
    expect([exit, stderr]).toEqual([0, ""]);
    const [head, first, second, ...more] = stdout.trimEnd().split("\n");
    expect(more).toEqual([]);
    expect(head).toBe("KEY / ID  SEQ  VERSION  UPDATED                   TAGS  CONTENT");
    expect(first).toMatch(/^log {7}1 {4}v1 {7}\S{24} {8}\{"n":7,"q":"life \\u001b\[31m"\}$/);
    expect(second).toMatch(/^answer {9}v1 {7}\S{24} {2}qa {4}\{"n":42,"q":"meaning of life"\}$/);
    await imprint("--op", "add", "--entry", JSON.stringify({ long: "x".repeat(500) }), "--merge-key", "a\n\u202eb");
    const long = (await recall("--limit", "1")).stdout.trimEnd().split("\n");
    expect(long.map((line) => line.length <= 120)).toEqual([true, true]);
    expect(long[1]).toMatch(/^a\\u000a\\u202eb .*…$/);
  });

  test.each([
    [
      ["--text", "life"],
      [7, 42],
    ],
    [["--text", "meaning life"], [42]],
    [["--text", "meaning nothing", "--text-match", "any"], [42]],
    [["--text", "life", "--min-score", "0.5"], [7]],
    [["--merge-key", "log"], [7]],
    [["--id", `eng_${ulids[1]}`], [42]],
    [
      ["--id", `eng_${ulids[1]}`, "--id", `eng_${ulids[2]}`],
      [7, 42],
    ],
    [["--tag", "qa"], [42]],
    [["--where", '{"path":"/n","op":"gt","value":10}'], [42]],
    [
      ["--where", '{"or":[{"path":"/n","op":"eq","value":7},{"path":"/n","op":"eq","value":42}]}'],
      [7, 42],
    ],
    [["--mode", "first"], [7]],
    [
      ["--mode", "merge"],
      [7, 42],
    ],
    [["--limit", "1"], [7]],
    [
      ["--since", "1970-01-01"],
      [7, 42],
    ],
    [["--since", "1s"], []],
    [
      ["--until", "2999-01-01T00:00:00Z"],
      [7, 42],
    ],
  ])("finds by %j", async (argv, numbers) => {
    const { exit, stdout } = await recall(...argv, "-o", "json");
    expect(exit).toBe(0);
    expect(contentsOf(stdout).map((content) => (content as { n: number }).n)).toEqual(numbers);
  });

  test("goes on with the cursor of the page before", async () => {
    const first = await recall("--limit", "1", "-o", "json");
    const { cursor, truncated } = parsed<{ cursor: string; truncated: boolean }>(first.stdout);
    expect([truncated, first.stderr]).toEqual([true, `cosmo: there is more; go on with --cursor ${cursor}\n`]);
    const second = await recall("--limit", "1", "--cursor", cursor, "-o", "json");
    expect(contentsOf(second.stdout)).toEqual([{ q: "meaning of life", n: 42 }]);
    expect(second.stderr).toBe("");
  });

  test("asks all of a kind, and names who holds what", async () => {
    const { stdout } = await bus.run(["engram", "recall", "--kind", "context", "--text", "life"]);
    expect(stdout).toMatch(/^SCORE {2}ENGRAM {2}KEY \/ ID/);
    expect(stdout.match(/^0\.\d\d {3}(?:ctx {5}|other {3})/gm)).toHaveLength(3);
  });

  test("gives a line for each hit as jsonl, and says on stderr if there is none", async () => {
    const { stdout } = await recall("-o", "jsonl");
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => parsed<{ merge_key: string }>(line).merge_key),
    ).toEqual(["log", "answer"]);
    const none = await recall("--merge-key", "nothing");
    expect([none.exit, none.stdout, none.stderr]).toEqual([0, "", "cosmo: nothing was found\n"]);
  });

  test.each([
    [["--where", '{"path":"/n"}'], /^\[INVALID_FILTER\]/],
    [["--where", '{"path":'], /--where is no JSON: .* at line 1, column 9/],
    [["--text", "!!"], /^\[INVALID_FILTER\].*no word/],
    [["--since", "yesterday"], /--since: "yesterday" is no time.*10m/],
    [["--min-score", "2"], /from 0 to 1/],
    [["--limit", "1001"], /from 1 to 1000/],
    [["--cursor", "x"], /^\[INVALID_CURSOR\]/],
    [["--kind", "context"], /cannot be used with/],
    [["--engram", "no name"], /--engram: "no name" is no name/],
    [["--namespace", "no name"], /--namespace: "no name" is no name/],
  ])("refuses %j with exit code 2", async (argv, pattern) => {
    const { exit, stdout, stderr } = await recall(...argv);
    expect([exit, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(stderr).toMatch(pattern);
  });

  test("says whom to ask if nobody is named", async () => {
    const { exit, stderr } = await bus.run(["engram", "recall"]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("neither --engram nor --kind")]);
  });
});
