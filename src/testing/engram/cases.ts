import { RecallMode } from "../../../gen/cosmonapse/v1/memory.js";
import type { Engram } from "../../engram/index.js";
import { callOf, codeOf, expectEqual, type BehaviourCase, type Findings } from "./behaviour.js";
import { createCall, createImprint, createRecall } from "./fixtures.js";

const call = createCall();

async function adds100AtOnce(engram: Engram): Findings {
  await engram.open("vectors");
  const attempts = Array.from({ length: 100 }, (_, index) =>
    codeOf(engram.imprint(createImprint("ADD", `{"n":${index}}`, { mergeKey: "k" }), callOf(`add-${index}`))),
  );
  const codes = await Promise.all(attempts);
  return [
    ...expectEqual("inserts", codes.filter((code) => code === "none").length, 1),
    ...expectEqual("refusals", codes.filter((code) => code === "ALREADY_EXISTS").length, 99),
  ];
}

async function countsTo200(engram: Engram): Findings {
  await engram.open("vectors");
  await engram.imprint(createImprint("ADD", '{"n":0}', { mergeKey: "k" }), callOf("start"));
  const decoder = new TextDecoder();
  const increment = async (worker: number): Promise<void> => {
    for (let done = 0, attempt = 0; done < 20; attempt += 1) {
      const { hits } = await engram.recall(createRecall({ mergeKey: "k" }), call);
      const entry = hits[0]?.entry;
      const [n] = decoder.decode(entry?.content?.data).match(/\d+/) ?? [];
      const body = createImprint("UPSERT", `{"n":${Number(n) + 1}}`, { mergeKey: "k", ifVersion: entry?.version });
      if ((await codeOf(engram.imprint(body, callOf(`w${worker}-${attempt}`)))) === "none") done += 1;
    }
  };
  await Promise.all(Array.from({ length: 10 }, (_, worker) => increment(worker)));
  const { hits } = await engram.recall(createRecall(), call);
  const entry = hits[0]?.entry;
  return [
    ...expectEqual("content", decoder.decode(entry?.content?.data), '{"n":200}'),
    ...expectEqual("version", Number(entry?.version), 201),
  ];
}

async function appends200AtOnce(engram: Engram): Findings {
  await engram.open("vectors");
  const receipts = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      engram.imprint(createImprint("APPEND", "{}", { mergeKey: "s" }), callOf(`append-${index}`)),
    ),
  );
  const wanted = Array.from({ length: 200 }, (_, index) => index + 1);
  const sorted = (numbers: number[]): number[] => numbers.sort((left, right) => left - right);
  return [
    ...expectEqual("the numbers", sorted(receipts.map(({ seq }) => Number(seq))), wanted),
    ...expectEqual("the versions", sorted(receipts.map(({ version }) => Number(version))), wanted),
  ];
}

async function repeatsAtOnce(engram: Engram): Findings {
  await engram.open("vectors");
  const receipts = await Promise.all(
    Array.from({ length: 50 }, () => engram.imprint(createImprint("APPEND", "{}", { mergeKey: "s" }), callOf("one"))),
  );
  const { hits } = await engram.recall(createRecall({ mergeKey: "s" }), call);
  return [
    ...expectEqual("first receipts", receipts.filter(({ replayed }) => !replayed).length, 1),
    ...expectEqual("items", hits.length, 1),
  ];
}

async function givesCopies(engram: Engram): Findings {
  await engram.open("vectors");
  const body = createImprint("UPSERT", '{"n":1}', { mergeKey: "k", tags: ["t"] });
  const receipt = await engram.imprint(body, callOf("one"));
  receipt.version = 99n;
  body.content?.data.fill(0);
  body.tags.push("later");
  const { hits } = await engram.recall(createRecall(), call);
  hits[0]?.entry?.content?.data.fill(0);
  hits[0]?.entry?.tags.push("later");
  const replay = await engram.imprint(
    createImprint("UPSERT", '{"n":1}', { mergeKey: "k", tags: ["t"] }),
    callOf("one"),
  );
  const again = (await engram.recall(createRecall(), call)).hits[0]?.entry;
  return [
    ...expectEqual("content", new TextDecoder().decode(again?.content?.data), '{"n":1}'),
    ...expectEqual("tags", again?.tags, ["t"]),
    ...expectEqual("the replayed version", Number(replay.version), 1),
  ];
}

async function stampsTheWriter(engram: Engram): Findings {
  await engram.open("vectors");
  const writer = { source: "n1", traceId: "trc_00000000000000000000000001" };
  await engram.imprint(createImprint("ADD", "{}"), createCall({ ...writer, signalId: "evt_9" }));
  const { hits, engramId } = await engram.recall(createRecall(), call);
  return [
    ...expectEqual("the writer", hits[0]?.entry?.provenance, { ...writer, imprintId: "evt_9" }),
    ...expectEqual("the Engram", engramId, engram.engramId),
  ];
}

async function refusesAfterClose(engram: Engram): Findings {
  await engram.open("vectors");
  await engram.close();
  await engram.close();
  await engram.drain();
  return [
    ...expectEqual("open", await codeOf(engram.open("vectors")), "CLOSED"),
    ...expectEqual("recall", await codeOf(engram.recall(createRecall(), call)), "CLOSED"),
    ...expectEqual("imprint", await codeOf(engram.imprint(createImprint("ADD", "{}"), call)), "CLOSED"),
    ...expectEqual("forget", await codeOf(engram.forget("vectors")), "CLOSED"),
  ];
}

async function drainsWhatItAccepted(engram: Engram): Findings {
  await engram.open("vectors");
  const accepted = codeOf(engram.imprint(createImprint("ADD", "{}"), call));
  const drained = engram.drain();
  const late = await codeOf(engram.imprint(createImprint("ADD", "{}"), callOf("late")));
  await drained;
  return [...expectEqual("the accepted", await accepted, "none"), ...expectEqual("the late", late, "CLOSED")];
}

async function refusesUnopened(engram: Engram): Findings {
  return [
    ...expectEqual("recall", await codeOf(engram.recall(createRecall(), call)), "CLOSED"),
    ...expectEqual("forget", await codeOf(engram.forget("vectors")), "CLOSED"),
  ];
}

async function namesOneStore(engram: Engram): Findings {
  const first = await engram.open("vectors");
  const again = await engram.open("vectors");
  return [
    ...expectEqual("the store", again.storeId, first.storeId),
    ...expectEqual("its form", /^[A-Za-z0-9_-]{1,64}$/.test(first.storeId), true),
  ];
}

async function heedsAbort(engram: Engram): Findings {
  await engram.open("vectors");
  const aborted = createCall({ abort: AbortSignal.abort() });
  const code = await codeOf(engram.imprint(createImprint("ADD", "{}"), aborted));
  const { hits } = await engram.recall(createRecall(), call);
  return [
    ...expectEqual("imprint", code, "CANCELLED"),
    ...expectEqual("recall", await codeOf(engram.recall(createRecall(), aborted)), "CANCELLED"),
    ...expectEqual("entries", hits.length, 0),
  ];
}

async function boundsEntries(engram: Engram): Findings {
  await engram.open("vectors");
  const content = (bytes: number): string => `{"a":"${"x".repeat(bytes - 8)}"}`;
  const put = (text: string, id: string): Promise<string> =>
    codeOf(engram.imprint(createImprint("MERGE", text, { mergeKey: "k" }), callOf(id)));
  return [
    ...expectEqual("1 MiB", await put(content(1_048_576), "at"), "none"),
    ...expectEqual("a byte more", await put(content(1_048_577), "over"), "INVALID_ENTRY"),
    ...expectEqual("a merge to more", await put('{"b":1}', "merged"), "INVALID_ENTRY"),
    ...expectEqual("5 MiB", await put(content(5_242_880), "far"), "INVALID_ENTRY"),
    ...expectEqual("2-byte letters", await put(`{"a":"${"é".repeat(600_000)}"}`, "wide"), "INVALID_ENTRY"),
    ...expectEqual("100,000 levels", await put(`{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`, "deep"), "INVALID_ENTRY"),
    ...expectEqual("levels without an end", await put('{"a":'.repeat(1e5), "endless"), "INVALID_ENTRY"),
  ];
}

async function refusesOddContent(engram: Engram): Findings {
  await engram.open("vectors");
  const put = (mediaType: string, data: Uint8Array): Promise<string> =>
    codeOf(engram.imprint(createImprint("ADD", "", { content: { mediaType, data, schema: "" } }), callOf("odd")));
  const json = new TextEncoder().encode("{}");
  return [
    ...expectEqual("bytes that are no UTF-8", await put("", Uint8Array.of(0x7b, 0xff, 0x7d)), "INVALID_ENTRY"),
    ...expectEqual("text/plain", await put("text/plain", json), "INVALID_ENTRY"),
    ...expectEqual("application/json", await put("application/json", json), "none"),
  ];
}

async function refusesUnknownQueryParts(engram: Engram): Findings {
  await engram.open("vectors");
  const body = createRecall({ _unknownFields: { 800: [Uint8Array.of(1)] } });
  return expectEqual("a part of a later version", await codeOf(engram.recall(body, call)), "INVALID_FILTER");
}

async function decidesInOrder(engram: Engram): Findings {
  await engram.open("vectors");
  const { id } = await engram.imprint(createImprint("ADD", "{}", { mergeKey: "k" }), callOf("first"));
  const receipts = await Promise.all([
    engram.imprint(createImprint("DELETE", "{}", { id }), callOf("delete")),
    engram.imprint(createImprint("UPSERT", "{}", { id }), callOf("again")),
    engram.imprint(createImprint("UPSERT", '{"n":1}', { mergeKey: "k" }), callOf("key")),
    engram.imprint(createImprint("MERGE", '{"m":2}', { mergeKey: "k" }), callOf("merge")),
    engram.imprint(createImprint("DELETE", "{}", { mergeKey: "k" }), callOf("end")),
    engram.imprint(createImprint("APPEND", "{}", { mergeKey: "k" }), callOf("append")),
  ]);
  const { hits } = await engram.recall(createRecall({ ids: [id] }), call);
  return [
    ...expectEqual(
      "keys",
      receipts.map(({ mergeKey }) => mergeKey),
      ["k", undefined, "k", "k", "k", "k"],
    ),
    ...expectEqual(
      "versions",
      receipts.map(({ version }) => Number(version)),
      [2, 3, 3, 4, 5, 6],
    ),
    ...expectEqual(
      "created",
      receipts.map(({ created }) => created),
      [false, true, true, false, false, true],
    ),
    ...expectEqual("the key of the entry that came again", hits[0]?.entry?.mergeKey, undefined),
  ];
}

async function recallsWithoutAQuery(engram: Engram): Findings {
  await engram.open("vectors");
  await engram.imprint(createImprint("ADD", "{}"), callOf("a"));
  await engram.imprint(createImprint("ADD", "{}"), callOf("b"));
  const all = await engram.recall({ query: undefined, mode: RecallMode.ALL }, call);
  const first = await engram.recall({ query: undefined, mode: RecallMode.FIRST }, call);
  return [...expectEqual("all", all.hits.length, 2), ...expectEqual("first", first.hits.length, 1)];
}

/** What a vector cannot say: parallel calls, copies, closing, sizes. Each gets an Engram of its own. */
export const engramCases: readonly BehaviourCase[] = [
  { name: "Of 100 adds at once one inserts and 99 are refused", requirements: "OP-001 OP-028", run: adds100AtOnce },
  { name: "200 increments under if_version by 10 writers lose none", requirements: "OP-016 OP-028", run: countsTo200 },
  {
    name: "200 appends at once are numbered without a hole",
    requirements: "OP-003 OP-028 ENT-012",
    run: appends200AtOnce,
  },
  {
    name: "Imprints at once are decided one after another, in the order of the calls",
    requirements: "OP-028 ENT-012",
    run: decidesInOrder,
  },
  { name: "50 repeats of one imprint at once have one effect", requirements: "OP-022 OP-026", run: repeatsAtOnce },
  { name: "What a call takes and gives is a copy", requirements: "RCL-026", run: givesCopies },
  { name: "The host's call stands in the provenance", requirements: "ENT-015 OP-033", run: stampsTheWriter },
  {
    name: "After close every use is CLOSED and close does nothing more",
    requirements: "OP-028",
    run: refusesAfterClose,
  },
  {
    name: "drain finishes what was accepted and refuses what comes later",
    requirements: "OP-028",
    run: drainsWhatItAccepted,
  },
  { name: "A namespace that was not opened is CLOSED", requirements: "ENT-016", run: refusesUnopened },
  { name: "Opening again names the same store", requirements: "ENT-017", run: namesOneStore },
  { name: "A call that was stopped before is CANCELLED and has no effect", requirements: "OP-028", run: heedsAbort },
  {
    name: "An entry over 1 MiB or over 32 levels is refused, however large",
    requirements: "ENT-005 ENT-006",
    run: boundsEntries,
  },
  { name: "Content that is no JSON in UTF-8 is refused", requirements: "ENT-002", run: refusesOddContent },
  {
    name: "A part of a query that is not known is refused, not left out",
    requirements: "RCL-012",
    run: refusesUnknownQueryParts,
  },
  { name: "A recall without a query finds everything", requirements: "RCL-001 RCL-025", run: recallsWithoutAQuery },
];
