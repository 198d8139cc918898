import { ComparisonOp } from "../../../gen/cosmonapse/v1/memory.js";
import type {
  Filter,
  ImprintBody,
  ImprintOp,
  MergeStrategy,
  Query,
  TextMatch,
} from "../../../gen/cosmonapse/v1/memory.js";
import type { Engram } from "../../engram/index.js";
import { callOf, codeOf, expectEqual, type BehaviourCase, type Findings } from "./behaviour.js";
import { createCall, createImprint, createRecall } from "./fixtures.js";

const deep = 10_000;

/** Content that is no content. */
const badContents: readonly string[] = [
  '{"n":9007199254740993}',
  '{"n":1e400}',
  '{"n":-1e400}',
  '{"n":NaN}',
  '{"n":Infinity}',
  '{"t":"\\u0000"}',
  '{"t":"\\ud800"}',
  '{"\\udc00":1}',
  `{"l":${"[".repeat(deep)}${"]".repeat(deep)}}`,
  `${'{"o":'.repeat(deep)}1${"}".repeat(deep)}`,
  '{"o":'.repeat(deep),
  `{"t":"${"x".repeat(5_242_880)}"}`,
  "'; DROP TABLE entry; --",
];

const badImprints: readonly Partial<ImprintBody>[] = [
  ...["", "\0", "a\0b", "\ud800", "\udc00a", "x".repeat(1_025)].flatMap((text) => [
    { mergeKey: text },
    { tags: [text] },
  ]),
  { id: "eng_" },
  { id: "eng_'; DROP TABLE entry" },
  { imprintId: "a'b" },
  { imprintId: "x".repeat(65) },
  { ttl: { seconds: -1n, nanos: 0 } },
  { ttl: { seconds: 1n << 62n, nanos: 0 } },
  { tags: Array.from({ length: 65 }, (_, index) => `t${index}`) },
];

function comparison(op: ComparisonOp, valueText: string, path = "/n"): Filter {
  return { node: { $case: "comparison", value: { path, op, value: new TextEncoder().encode(valueText) } } };
}

function nested(levels: number): Filter {
  let filter = comparison(ComparisonOp.EQ, "1");
  for (let level = 0; level < levels; level += 1) filter = { node: { $case: "negation", value: filter } };
  return filter;
}

// A later version, or nobody, sends these.
const unknownOp = 99 as ComparisonOp;
// As above.
const unknownMatch = 99 as TextMatch;

const badFilters: readonly Filter[] = [
  ...["9007199254740993", "1e400", "NaN", '"\\u0000"', '"\\ud800"', "'a'", "", "1 OR 1", "[".repeat(deep)].map((text) =>
    comparison(ComparisonOp.EQ, text),
  ),
  comparison(unknownOp, "1"),
  comparison(ComparisonOp.EQ, "1", "n"),
  comparison(ComparisonOp.EQ, "1", "$.n"),
  comparison(ComparisonOp.EQ, "1", "/~"),
  nested(deep),
];

const badQueries: readonly Partial<Query>[] = [
  ...badFilters.map((where) => ({ where })),
  ...["", "\0", "\ud800", "x".repeat(1_025)].flatMap((text) => [{ mergeKey: text }, { tags: [text] }]),
  ...["", "%", "\0", "\ud800", "()", '"*"'].map((text) => ({ text })),
  { text: "a", textMatch: unknownMatch },
  { ids: ["eng_' OR 1=1"] },
  { minScore: NaN },
  { minScore: Infinity },
  { since: { seconds: 1n << 62n, nanos: 0 } },
  { until: { seconds: 0n, nanos: -1 } },
];

/** Everything, as text. */
async function everything(engram: Engram): Promise<string> {
  const { hits } = await engram.recall(createRecall({ topK: 1_000 }), createCall());
  const decoder = new TextDecoder();
  return hits
    .map(
      ({ entry }) =>
        `${entry?.mergeKey} ${entry?.version} ${decoder.decode(entry?.content?.data)} ${entry?.tags.join()}`,
    )
    .join("\n");
}

/** Makes all attempts on an Engram with some entries; which are not refused with the code, or whether something changed. */
async function refuseAll(engram: Engram, code: string, attempts: readonly (() => Promise<unknown>)[]): Findings {
  await engram.open("vectors");
  for (const mergeKey of ["k", "%", "'"]) {
    await engram.imprint(
      createImprint("UPSERT", '{"n":1,"t":"a"}', { mergeKey, tags: ["t"] }),
      callOf(`put-${mergeKey.codePointAt(0)}`),
    );
  }
  const before = await everything(engram);
  const findings: string[] = [];
  for (const [index, attempt] of attempts.entries()) {
    findings.push(...expectEqual(`attempt ${index + 1}`, await codeOf(attempt()), code));
  }
  return [...findings, ...expectEqual("what is there", await everything(engram), before)];
}

async function refusesBadImprints(engram: Engram): Findings {
  const ops = ["ADD", "UPSERT", "MERGE", "APPEND"] as const;
  return refuseAll(engram, "INVALID_ENTRY", [
    ...badContents.flatMap((content) =>
      ops.map((op) => () => engram.imprint(createImprint(op, content, { mergeKey: "k" }), callOf("bad"))),
    ),
    ...badImprints.map(
      (parts) => () => engram.imprint(createImprint("UPSERT", "{}", { mergeKey: "k", ...parts }), callOf("bad")),
    ),
  ]);
}

async function refusesBadQueries(engram: Engram): Findings {
  const recalls = [...badQueries, { topK: 1_001 }].map(
    (query) => () => engram.recall(createRecall(query), createCall()),
  );
  // A purge has no pages.
  const purges = badQueries.map((query) => () => engram.forget("vectors", createRecall(query).query));
  return refuseAll(engram, "INVALID_FILTER", [...recalls, ...purges]);
}

async function refusesBadCursors(engram: Engram): Findings {
  const forged = [["x", "1", 1, 1, "eng_01HZZZZZZZZZZZZZZZZZZZZZZZ"], ["x"], 1, null];
  const cursors = ["'", "%", "\0", "x".repeat(10_000), ...forged.map((parts) => btoa(JSON.stringify(parts)))];
  return refuseAll(
    engram,
    "INVALID_CURSOR",
    cursors.map((cursor) => () => engram.recall(createRecall({ cursor }), createCall())),
  );
}

async function refusesUnknownOps(engram: Engram): Findings {
  // A later version may send these.
  const strategy = 99 as MergeStrategy;
  // As above.
  const op = 99 as ImprintOp;
  return refuseAll(engram, "UNIMPLEMENTED", [
    () => engram.imprint(createImprint("MERGE", "{}", { mergeKey: "k", strategy }), callOf("bad")),
    () => engram.imprint({ ...createImprint("ADD", "{}", { mergeKey: "k" }), op }, callOf("bad")),
  ]);
}

/** Input that is wrong: the same code on every backend, and nothing that is stored changes. */
export const badInputCases: readonly BehaviourCase[] = [
  {
    name: "An imprint of a wrong form is refused and changes nothing",
    requirements: "ENT-002 ENT-003 ENT-004 ENT-005 ENT-006 ENT-008 ENT-009 ENT-021 OP-019 OP-021",
    run: refusesBadImprints,
  },
  {
    name: "A query of a wrong form is refused, in a recall and in a purge, and changes nothing",
    requirements: "RCL-007 RCL-008 RCL-011 RCL-012 RCL-013 RCL-017 RCL-022 RCL-026",
    run: refusesBadQueries,
  },
  { name: "A cursor that no Engram made is refused", requirements: "RCL-020 RCL-026", run: refusesBadCursors },
  { name: "An op or a strategy of a later version is refused", requirements: "OP-030 ENT-021", run: refusesUnknownOps },
];
