import type { ImprintBody, ImprintedBody, RecalledBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { Engram } from "../../engram/index.js";
import { CosmoError } from "../../errors/index.js";
import { createCall, createImprint, createRecall } from "../index.js";
import type { Answer, PlainEntry, Wish } from "./history.js";
import { plainText } from "./plain-key.js";

/** What an Engram said, and whether it said so before. */
export interface Said {
  readonly answer: Answer;
  readonly replayed: boolean;
}

const decided = new Set(["ALREADY_EXISTS", "KIND_CONFLICT", "VERSION_CONFLICT"]);

/**
 * Asks an Engram for what is wished. Resolves with a receipt, entries or a refusal that the state decided; whatever
 * else goes wrong is thrown.
 */
export async function askEngram(engram: Engram, namespace: string, wish: Wish): Promise<Said> {
  const call = createCall({ namespace });
  if (wish.op === "recall") {
    const recalled = await engram.recall(createRecall({ mergeKey: wish.key, topK: 1000, text: wish.text }), call);
    return { answer: { kind: "entries", entries: readEntries(recalled) }, replayed: false };
  }
  try {
    const receipt = await engram.imprint(toBody(wish), call);
    return { answer: readReceipt(receipt), replayed: receipt.replayed };
  } catch (thrown) {
    if (!(thrown instanceof CosmoError) || !decided.has(thrown.code)) throw thrown;
    const { currentVersion, replayed } = thrown.detail;
    const answer = { kind: "refusal", code: thrown.code, currentVersion: numberOf(currentVersion) } as const;
    return { answer, replayed };
  }
}

const ops = {
  add: "ADD",
  append: "APPEND",
  merge: "MERGE",
  upsert: "UPSERT",
  delete: "DELETE",
  recall: undefined,
} as const;

function toBody({ op, key, imprintId = "", content = {}, tags = [], ifVersion }: Wish): ImprintBody {
  return createImprint(ops[op] ?? "UNSPECIFIED", plainText(content), {
    mergeKey: key,
    imprintId,
    tags: [...tags],
    ifVersion: ifVersion === undefined ? undefined : BigInt(ifVersion),
  });
}

function readReceipt({ id, version, seq, created, deleted }: ImprintedBody): Answer {
  return { kind: "receipt", id, version: Number(version), seq: numberOf(seq), created, deleted };
}

function readEntries({ hits }: RecalledBody): readonly PlainEntry[] {
  const entries = hits.flatMap(({ entry }) => {
    if (entry === undefined) return [];
    const { id, version, seq, content, tags } = entry;
    const contentText = new TextDecoder().decode(content?.data);
    return [{ id, version: Number(version), seq: numberOf(seq), contentText, tags }];
  });
  return entries.sort((a, b) => a.version - b.version);
}

function numberOf(value: bigint | undefined): number | null {
  return value === undefined ? null : Number(value);
}
