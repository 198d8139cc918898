import { ImprintOp, MergeStrategy, RecallMode, TextMatch } from "../../../gen/cosmonapse/v1/memory.js";
import type { ImprintBody, Query, RecallBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { EngramCall } from "../../engram/index.js";

/** A call in the namespace `vectors` with room for 4 MiB; parts replace the defaults. */
export function createCall(parts: Partial<EngramCall> = {}): EngramCall {
  return {
    namespace: "vectors",
    source: "tester",
    traceId: "trc_00000000000000000000000000",
    signalId: "evt_0",
    abort: new AbortController().signal,
    pageBytes: 4_194_304,
    ...parts,
  };
}

/** The body of an imprint with this content as JSON text; parts replace the defaults. */
export function createImprint(
  op: keyof typeof ImprintOp,
  contentText: string,
  parts: Partial<ImprintBody> = {},
): ImprintBody {
  return {
    op: ImprintOp[op],
    id: "",
    mergeKey: undefined,
    content: { mediaType: "", data: new TextEncoder().encode(contentText), schema: "" },
    tags: [],
    ifVersion: undefined,
    ttl: undefined,
    imprintId: "",
    strategy: MergeStrategy.UNSPECIFIED,
    ...parts,
  };
}

/** The body of a recall; parts replace the defaults of an empty query. */
export function createRecall(parts: Partial<Query> = {}, mode: RecallMode = RecallMode.ALL): RecallBody {
  const query: Query = {
    text: undefined,
    textMatch: TextMatch.UNSPECIFIED,
    ids: [],
    mergeKey: undefined,
    tags: [],
    where: undefined,
    since: undefined,
    until: undefined,
    topK: 0,
    minScore: undefined,
    cursor: "",
    ...parts,
  };
  return { query, mode };
}
