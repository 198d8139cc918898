import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SynapseServer } from "../../synapse/grpc/index.js";
import { parsed, startCosmo, type CosmoRun } from "../../testing/console/index.js";

const own = ["--", process.execPath, resolve("dist/conformance/harness/typescript.js")];
const run = promisify(execFile);
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-reports-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function conformance(...argv: readonly string[]): Promise<CosmoRun> {
  await using suite = startCosmo(["conformance", ...argv]);
  return await suite.ended();
}

/** Plays cases of the codec, and gives the file of its report. */
async function reportOf(name: string, cases: string): Promise<string> {
  const file = join(folder, `${name}.json`);
  await conformance("run", "--role", "codec", "--case", cases, "--report", `json=${file}`, ...own);
  return file;
}

test("a run writes a page and a badge, in which a failure has what crossed the wire", { timeout: 60_000 }, async () => {
  const [page, badge] = [join(folder, "page.html"), join(folder, "badge.json")];
  const reports = ["--report", `html=${page}`, "--report", `badge=${badge}`];
  await conformance("run", "--role", "codec", "--case", "codec/*/field-number-zero", ...reports, ...own);
  expect(readFileSync(page, "utf8")).toMatch(/<svg role="img" aria-label="2 messages between harness and [^"]+"/);
  expect(parsed(readFileSync(badge, "utf8"))).toMatchObject({ label: "cosmonapse codec", color: "red" });
});

test("a JSON report is the message of the schema, as protobuf writes it", { timeout: 60_000 }, async () => {
  const file = await reportOf("message", "codec/*/field-number-zero");
  const type = ["--type", "cosmonapse.conformance.v1.Report"];
  const convert = (from: string, to: string) =>
    run("npx", ["buf", "convert", "proto", ...type, "--from", from, "--to", to]);
  const [binary, back] = [join(folder, "report.binpb"), join(folder, "back.json")];
  await convert(file, binary);
  await convert(binary, back);
  const report = parsed<{ results: unknown[] }>(readFileSync(back, "utf8"));
  expect(report).toMatchObject({ report: 1, role: "codec", outcome: "OUTCOME_FAILED", exit: 1 });
  expect(report.results.length).toBe(parsed<{ results: unknown[] }>(readFileSync(file, "utf8")).results.length);
  const evidence = [{ way: "WAY_TO" }, { way: "WAY_FROM" }];
  expect(report.results).toContainEqual(
    expect.objectContaining({
      verdict: "VERDICT_FAILED",
      evidence: evidence.map((sight) => expect.objectContaining(sight)),
    }),
  );
});

describe("replay", { timeout: 60_000 }, () => {
  test("says everything that crosses the wire, and what came of it", async () => {
    const server = new SynapseServer({ port: 0 });
    try {
      const { url } = await server.start();
      const { exit, stdout } = await conformance(
        "replay",
        "synapse/routing/by-kind",
        "--role",
        "synapse",
        "--target",
        url,
      );
      expect(exit, stdout).toBe(0);
      for (const said of [
        /ms {2}\w+ > hello \{versions: \[1\]/,
        / < welcome /,
        / > publish .*source: "/,
        /^passed holds$/m,
      ]) {
        expect(stdout).toMatch(said);
      }
    } finally {
      await server.close();
    }
  });

  test("ends as a run of it would: 1 for a failure, 2 for a case that there is not", async () => {
    const failing = await conformance("replay", "codec/Ack/field-number-zero", "--role", "codec", ...own);
    expect(failing).toMatchObject({ exit: 1, stdout: expect.stringMatching(/harness > .*\n.*harness < /) });
    const missing = await conformance("replay", "codec/none", "--role", "codec", ...own);
    expect(missing).toMatchObject({ exit: 2, stderr: expect.stringContaining("no case codec/none") });
  });
});

test(
  "a replay of what is refused rightly says nothing if its valid twin is refused too",
  { timeout: 60_000 },
  async () => {
    const harness = join(folder, "refuses-all.mjs");
    const hello = { control: "1", name: "no", version: "1", language: "any", roles: ["codec"], features: [] };
    writeFileSync(
      harness,
      `import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { seq, hello, stop } = JSON.parse(line);
  const answer = hello ? { hello: ${JSON.stringify(hello)} } : stop ? { done: {} } : { refusal: { code: "MALFORMED" } };
  console.log(JSON.stringify({ seq, ...answer }));
  if (stop) break;
}
`,
    );
    const told = ["replay", "codec/Ack/field-number-zero", "--role", "codec", "--", process.execPath, harness];
    expect(await conformance(...told)).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining("inconclusive refused: its twin codec/Ack/filled did not pass"),
    });
  },
);

describe("diff", { timeout: 60_000 }, () => {
  test("ends with 0 if nothing is worse, with 1 if something is, and says what", async () => {
    const before = await reportOf("before", "codec/Ack/received/*");
    const after = await reportOf("after", "codec/Ack/received/*");
    expect(await conformance("diff", before, after)).toMatchObject({ exit: 0, stdout: "No check changed.\n" });
    const report = parsed<{ results: { case: string; verdict: string }[] }>(readFileSync(after, "utf8"));
    const [first, second, ...rest] = report.results;
    if (first === undefined || second === undefined) throw new Error("a report without results");
    writeFileSync(after, JSON.stringify({ ...report, results: [{ ...first, verdict: "VERDICT_FAILED" }, ...rest] }));
    const worse = await conformance("diff", before, after);
    expect(worse.exit).toBe(1);
    expect(worse.stdout).toContain(`worse  ${first.case} means-the-same: passed → failed`);
    expect(worse.stdout).toMatch(/passed → not there\n2 checks changed, 2 for the worse/);
    const better = await conformance("diff", after, before, "-o", "json");
    expect(better.exit).toBe(0);
    expect(parsed(better.stdout)).toMatchObject({
      hasSameCases: true,
      changes: [{ isWorse: false }, { isWorse: false }],
    });
  });

  test("refuses reports of two roles and of two profiles, and takes a known failure that went stale for worse", async () => {
    const before = await reportOf("role", "codec/Ack/received/*");
    const report = parsed<{ role: string; stale: string[] }>(readFileSync(before, "utf8"));
    const other = join(folder, "other.json");
    writeFileSync(other, JSON.stringify({ ...report, role: "synapse" }));
    const said = expect.stringMatching(/of the role codec, .* of synapse: give two reports of one role/);
    expect(await conformance("diff", before, other)).toMatchObject({ exit: 2, stderr: said });
    writeFileSync(other, JSON.stringify({ ...report, stale: ["codec/x: it passes"] }));
    const worse = await conformance("diff", before, other);
    expect(worse).toMatchObject({ exit: 1, stdout: expect.stringContaining("worse  stale: codec/x: it passes") });
    const better = expect.stringContaining("no longer stale: codec/x: it passes");
    expect(await conformance("diff", other, before)).toMatchObject({ exit: 0, stdout: better });
    writeFileSync(other, JSON.stringify({ ...report, profile: "core" }));
    const two = expect.stringMatching(/of the profile full, .* of core: give two reports of one profile/);
    expect(await conformance("diff", before, other)).toMatchObject({ exit: 2, stderr: two });
  });

  test("ends with 2 for what is no report", async () => {
    const file = join(folder, "none.json");
    writeFileSync(file, "{}");
    for (const [argv, said] of [
      [[file, file], /is no report of `run --report json=FILE`/],
      [[join(folder, "not-there"), file], /cannot read it as JSON/],
    ] as const) {
      expect(await conformance("diff", ...argv)).toMatchObject({ exit: 2, stderr: expect.stringMatching(said) });
    }
  });
});
