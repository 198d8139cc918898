import { expect, test } from "vitest";
import { ImprintOp, MergeStrategy, TextMatch, type RecalledBody } from "../../../gen/cosmonapse/v1/memory.js";
import { createRecall, runEngramBattery } from "../../testing/index.js";
import type { Engram } from "../index.js";
import { InMemoryEngram } from "./index.js";

type Imprint = Engram["imprint"];
type Recall = Engram["recall"];

/** What one wrong backend does otherwise. */
interface Bug {
  readonly imprint?: (imprint: Imprint) => Imprint;
  readonly recall?: (recall: Recall) => Recall;
}

/** A recall whose query is changed on the way in. */
function asking(change: (query: ReturnType<typeof wholeQuery>) => object): Bug {
  return {
    recall: (recall) => (body, call) => {
      const query = wholeQuery(body);
      return recall({ ...body, query: { ...query, ...change(query) } }, call);
    },
  };
}

function wholeQuery(body: Parameters<Recall>[0]): NonNullable<typeof body.query> {
  const { query = createRecall().query } = body;
  if (query === undefined) expect.unreachable("a recall has a query");
  return query;
}

/** An imprint whose body is changed on the way in. */
function sending(change: (body: Parameters<Imprint>[0]) => object): Bug {
  return { imprint: (imprint) => (body, call) => imprint({ ...body, ...change(body) }, call) };
}

/** An answer that is changed on the way out. */
function answering(change: (answer: RecalledBody) => object): Bug {
  return {
    recall: (recall) => async (body, call) => {
      const answer = await recall(body, call);
      return { ...answer, ...change(answer) };
    },
  };
}

let repeats = 0;

const bugs: Readonly<Record<string, Bug>> = {
  "drops if_version": sending(() => ({ ifVersion: undefined })),
  "drops ttl": sending(() => ({ ttl: undefined })),
  "takes an insert for an upsert": sending(({ op }) => (op === ImprintOp.ADD ? { op: ImprintOp.UPSERT } : {})),
  "takes a merge for an upsert": sending(({ op }) => (op === ImprintOp.MERGE ? { op: ImprintOp.UPSERT } : {})),
  "takes every union for a patch": sending(() => ({ strategy: MergeStrategy.MERGE_PATCH })),
  "normalises keys": sending(({ mergeKey }) => ({ mergeKey: mergeKey?.normalize("NFC") })),
  "makes the effect of a repeat again": {
    imprint: (imprint) => (body, call) => imprint({ ...body, imprintId: `repeat-${(repeats += 1)}` }, call),
  },
  "does not say that a receipt is repeated": {
    imprint: (imprint) => async (body, call) => ({ ...(await imprint(body, call)), replayed: false }),
  },
  "has one memory for all namespaces": {
    imprint: (imprint) => (body, call) => imprint(body, { ...call, namespace: "vectors" }),
    recall: (recall) => (body, call) => recall(body, { ...call, namespace: "vectors" }),
  },
  "starts versions again": {
    imprint: (imprint) => async (body, call) => {
      const receipt = await imprint(body, call);
      return receipt.created ? { ...receipt, version: 1n } : receipt;
    },
  },
  "drops min_score": asking(() => ({ minScore: undefined })),
  "finds any word": asking(() => ({ textMatch: TextMatch.ANY })),
  "drops the filter": asking(() => ({ where: undefined })),
  "leaves out what it does not know": asking(() => ({ _unknownFields: {} })),
  "shortens a page that is too long": asking(({ topK }) => ({ topK: Math.min(topK, 1000) })),
  "sends pages without a cursor": answering(() => ({ cursor: "" })),
  "never says that there is more": answering(() => ({ truncated: false })),
  "puts the older id first": answering(({ hits }) => ({
    hits: [...hits].sort((left, right) => ((left.entry?.id ?? "") < (right.entry?.id ?? "") ? -1 : 1)),
  })),
  "gives the score of every hit as 1": answering(({ hits }) => ({ hits: hits.map((hit) => ({ ...hit, score: 1 })) })),
};

test.each(Object.entries(bugs))("The battery catches an Engram that %s", async (_, bug) => {
  const { failures } = await runEngramBattery(async (clock) => {
    const engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock });
    if (bug.imprint !== undefined) engram.imprint = bug.imprint(engram.imprint.bind(engram));
    if (bug.recall !== undefined) engram.recall = bug.recall(engram.recall.bind(engram));
    return engram;
  });

  expect(failures).not.toEqual([]);
});
