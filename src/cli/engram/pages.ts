import type { RecallHit, RecallQuery } from "../../neuron/index.js";
import { silent, type Asked } from "./ask.js";

/** The most hits that are asked for at once; a page of large entries ends sooner. */
const pageHits = 200;

/**
 * All entries of one Engram that match, page by page: one page is in memory at a time. An entry that does not change
 * meanwhile comes once, any other at most once (COS-RCL-019). Throws DEADLINE_EXCEEDED if a page does not come.
 */
export async function* pagesOf(asked: Asked, query: RecallQuery): AsyncGenerator<readonly RecallHit[], void, void> {
  const { dendrite, engramId, timeoutMs, abort } = asked;
  let cursor: string | undefined;
  do {
    const page = await dendrite.recall(
      { directedId: engramId },
      {
        query: { ...query, topK: pageHits, ...(cursor === undefined ? {} : { cursor }) },
        mode: "all",
        deadlineMs: timeoutMs,
        abort,
      },
    );
    if (page.missing.length > 0) throw silent(engramId, timeoutMs);
    yield page.hits;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
