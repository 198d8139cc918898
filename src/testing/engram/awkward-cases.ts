import { ComparisonOp, TextMatch, type Hit, type Query } from "../../../gen/cosmonapse/v1/memory.js";
import type { Engram } from "../../engram/index.js";
import { callOf, codeOf, expectEqual, type BehaviourCase, type Findings } from "./behaviour.js";
import { createCall, createImprint, createRecall } from "./fixtures.js";

const call = createCall();

/** Texts that mean something to SQL, to a text search, to JavaScript or to Unicode; many are close to each other. */
const awkward: readonly string[] = [
  ...Array.from("%_'\"\\*():?$;-"),
  "a",
  "A",
  "a%",
  "a_",
  "a\\",
  "ab",
  " a",
  "a ",
  "''",
  "%a%",
  "$1",
  "?1",
  "x' OR '1'='1",
  "a'; DELETE FROM entry; --",
  "NEAR(a b)",
  '"a" OR b*',
  "é",
  "e\u0301",
  "İ",
  "i",
  "ı",
  "ß",
  "ss",
  "日本",
  "ไทย",
  "😀",
  "\ufffd",
  "\u0001",
  "\ufeff",
  "\n",
  "null",
  "__proto__",
  "{}",
];

async function hitsOf(engram: Engram, query: Partial<Query>): Promise<readonly Hit[]> {
  return (await engram.recall(createRecall({ topK: 1000, ...query }), call)).hits;
}

async function keysOf(engram: Engram, query: Partial<Query>): Promise<readonly (string | undefined)[]> {
  return (await hitsOf(engram, query)).map(({ entry }) => entry?.mergeKey);
}

async function findsEachText(engram: Engram): Findings {
  await engram.open("vectors");
  const imprints = awkward.map((text, index) => {
    const content = JSON.stringify({ value: text });
    return engram.imprint(createImprint("ADD", content, { mergeKey: text, tags: [text] }), callOf(`put-${index}`));
  });
  await Promise.all(imprints);
  const findings: string[] = [];
  for (const text of awkward) {
    const value = new TextEncoder().encode(JSON.stringify(text));
    const where = { node: { $case: "comparison" as const, value: { path: "/value", op: ComparisonOp.EQ, value } } };
    for (const query of [{ mergeKey: text }, { tags: [text] }, { where }]) {
      findings.push(...expectEqual(`by ${JSON.stringify(query)}`, await keysOf(engram, query), [text]));
    }
  }
  for (const [index, text] of awkward.entries()) {
    await engram.imprint(createImprint("DELETE", "{}", { mergeKey: text }), callOf(`delete-${index}`));
    const left = (await hitsOf(engram, {})).length;
    findings.push(...expectEqual(`after the delete of ${JSON.stringify(text)}`, left, awkward.length - index - 1));
  }
  // One kind of mistake shows at most of them.
  return findings.slice(0, 3);
}

async function findsLongWords(engram: Engram): Findings {
  await engram.open("vectors");
  const word = "x".repeat(5_000);
  const put = (key: string, text: string) =>
    engram.imprint(
      createImprint("UPSERT", JSON.stringify({ text }), { mergeKey: key }),
      callOf(`put-${key}-${text.length}`),
    );
  await put("long", word);
  await put("other", `${"x".repeat(4_999)}y`);
  const findings = [
    ...expectEqual("the word", await keysOf(engram, { text: word, minScore: 1 }), ["long"]),
    ...expectEqual("its beginning", await keysOf(engram, { text: "x".repeat(4_999) }), []),
    ...expectEqual("its first letters", await keysOf(engram, { text: "x".repeat(64) }), []),
    ...expectEqual("both", await keysOf(engram, { text: `${word} ${"x".repeat(4_999)}y`, textMatch: TextMatch.ANY }), [
      "other",
      "long",
    ]),
  ];
  await put("long", "short");
  return [...findings, ...expectEqual("the word that went", await keysOf(engram, { text: word }), [])];
}

async function takesWhatIsLargest(engram: Engram): Findings {
  await engram.open("vectors");
  const mergeKey = "k".repeat(1_024);
  const tags = Array.from({ length: 64 }, (_, index) => `${index + 10}${"t".repeat(1_022)}`);
  await engram.imprint(createImprint("ADD", "{}", { mergeKey, tags }), callOf("one"));
  const [hit] = await hitsOf(engram, { mergeKey, tags });
  return [
    ...expectEqual("the key", hit?.entry?.mergeKey, mergeKey),
    ...expectEqual("the tags", hit?.entry?.tags, tags),
    ...expectEqual("by a text of a tag", await keysOf(engram, { text: tags[63], minScore: 1 }), [mergeKey]),
  ];
}

async function finds100000Words(engram: Engram): Findings {
  await engram.open("vectors");
  const count = 100_000;
  const text = Array.from({ length: count }, (_, index) => `w${index}`).join(" ");
  await engram.imprint(createImprint("UPSERT", JSON.stringify({ text }), { mergeKey: "k" }), callOf("many"));
  const [hit] = await hitsOf(engram, { text: "w99999" });
  const findings = expectEqual("the score of one word", hit?.score, 1 / count);
  await engram.imprint(createImprint("MERGE", '{"text":"w7"}', { mergeKey: "k" }), callOf("few"));
  return [
    ...findings,
    ...expectEqual("a word that went", await keysOf(engram, { text: "w99999" }), []),
    ...expectEqual("the word that stays", (await hitsOf(engram, { text: "w7" }))[0]?.score, 1),
  ];
}

async function findsAmongMany(engram: Engram, clock: { advance(ms: number): void }): Findings {
  await engram.open("vectors");
  const put = (index: number) => {
    const text = index === 150 ? "every one rare" : "every one";
    return engram.imprint(
      createImprint("ADD", JSON.stringify({ text, n: index % 100 }), { mergeKey: `k${index}` }),
      callOf(`put-${index}`),
    );
  };
  await Promise.all(Array.from({ length: 300 }, (_, index) => put(index)));
  clock.advance(1);
  await put(300);
  const value = new TextEncoder().encode("7");
  const where = { node: { $case: "comparison" as const, value: { path: "/n", op: ComparisonOp.EQ, value } } };
  const every = await hitsOf(engram, { text: "every one", minScore: 1 });
  const any = await hitsOf(engram, { text: "rare every", textMatch: TextMatch.ANY });
  return [
    ...expectEqual("all with the exact text", every.length, 300),
    ...expectEqual("the newest", every[0]?.entry?.mergeKey, "k300"),
    ...expectEqual("by a filter", await keysOf(engram, { where }), ["k207", "k107", "k7"]),
    ...expectEqual("a rare and a common word", await keysOf(engram, { text: "every rare" }), ["k150"]),
    ...expectEqual("a word that is not there", await keysOf(engram, { text: "every none" }), []),
    ...expectEqual("the best of any", [any.length, any[0]?.entry?.mergeKey, any[0]?.score], [301, "k150", 2 / 3]),
  ];
}

async function comparesScoresExactly(engram: Engram): Findings {
  await engram.open("vectors");
  await engram.imprint(createImprint("ADD", '{"t":"a b c"}', { mergeKey: "k" }), callOf("one"));
  const third = 1 / 3;
  return [
    ...expectEqual("at its score", await keysOf(engram, { text: "a", minScore: third }), ["k"]),
    ...expectEqual("a little above", await keysOf(engram, { text: "a", minScore: third + 2 ** -54 }), []),
    ...expectEqual("at its score of two", await keysOf(engram, { text: "a b", minScore: 2 / 3 }), ["k"]),
    ...expectEqual(
      "at one",
      await codeOf(engram.recall(createRecall({ text: "a", minScore: 1 + 2 ** -52 }), call)),
      "INVALID_FILTER",
    ),
  ];
}

/** Texts, sizes and numbers at which indexes and languages of queries break. */
export const awkwardCases: readonly BehaviourCase[] = [
  {
    name: "Keys, tags and values are found as they are, whatever SQL or a text search makes of them",
    requirements: "ENT-010 ENT-011 RCL-002 RCL-009",
    run: findsEachText,
  },
  { name: "A word of 5,000 characters is a word like any other", requirements: "RCL-003 RCL-004", run: findsLongWords },
  {
    name: "The longest key and the most and longest tags are kept",
    requirements: "ENT-008 ENT-009",
    run: takesWhatIsLargest,
  },
  { name: "Each of 100,000 words of one entry is found", requirements: "RCL-004 RCL-005", run: finds100000Words },
  {
    name: "What is rare and what is common is found among many, each once",
    requirements: "RCL-004 RCL-016 RCL-019",
    run: findsAmongMany,
  },
  { name: "A score that is exactly the least is enough", requirements: "RCL-005 RCL-008", run: comparesScoresExactly },
];
