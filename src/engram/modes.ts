import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { RecalledBody } from "../../gen/cosmonapse/v1/memory.js";
import { errorName, toCosmoError } from "../errors/index.js";
import type { RecallHit, RecallMode, RecallResult } from "../neuron/index.js";
import { compareCodePoints, sortedSet } from "./code-points.js";
import { toHits } from "./convert.js";
import { overlay } from "./merge.js";

/** What one Engram said: its hits, or an error. */
export interface EngramAnswer {
  /** The Engram that was asked. */
  readonly engramId: string;
  /** Undefined: it did not answer in time. */
  readonly answer: RecalledBody | ErrorDetail | undefined;
}

/** Gathers the answers to one RECALL. */
export interface RecallCollector {
  /** Takes an answer; the first of each Engram that was asked counts, any other is left out. */
  add(engramId: string, answer: RecalledBody | ErrorDetail): void;
  /** True once no further answer can change the result. */
  isDecided(): boolean;
  /** The result of what has come so far. */
  finish(): RecallResult;
}

type Failure = RecallResult["errors"][number];

interface Answered {
  readonly hits: readonly RecallHit[];
  readonly truncated: boolean;
  readonly cursor: string;
}

/**
 * Combines the answers of several Engrams. `first` gives the best hit of the first that has one; `merge` makes one hit
 * of those with the same key (without one, the same id), the newest winning field by field; `all` gives every hit. At
 * most `topK` hits remain. The result is partial if an Engram that was asked gave no answer or an error; in `first`
 * only if there is no hit (COS-MODE-001 to COS-MODE-009, COS-MODE-012 to COS-MODE-014).
 */
export function createRecallCollector(mode: RecallMode, asked: readonly string[], topK: number): RecallCollector {
  const waiting = new Set(asked);
  const answers: Answered[] = [];
  const errors: Failure[] = [];
  let winner: Answered | undefined;

  return {
    add(engramId, answer) {
      if (!waiting.delete(engramId)) return;
      const read = readAnswer(engramId, answer);
      if ("code" in read) {
        errors.push(read);
        return;
      }
      answers.push(read);
      if (read.hits.length > 0) winner ??= read;
    },
    isDecided: () => waiting.size === 0 || (mode === "first" && winner !== undefined),
    finish() {
      const combined = mode === "first" ? pickFirst(winner) : combine(mode, answers, topK);
      const isWhole = waiting.size === 0 && errors.length === 0;
      return {
        hits: combined.hits,
        partial: !isWhole && (mode !== "first" || winner === undefined),
        missing: [...waiting],
        errors: [...errors],
        truncated: combined.truncated,
        cursor: asked.length === 1 ? combined.cursor : undefined,
      };
    },
  };
}

/** Combines answers that are all there, as `createRecallCollector` does. */
export function combineRecalled(
  mode: RecallMode,
  answers: readonly EngramAnswer[],
  options: { readonly topK: number },
): RecallResult {
  const asked = answers.map(({ engramId }) => engramId);
  const collector = createRecallCollector(mode, asked, options.topK);
  for (const { engramId, answer } of answers) if (answer !== undefined) collector.add(engramId, answer);
  return collector.finish();
}

function readAnswer(engramId: string, answer: RecalledBody | ErrorDetail): Answered | Failure {
  if ("code" in answer) return { engramId, code: errorName(answer.code), message: answer.message };
  try {
    // The participant that was asked says who answers, not the body.
    return { hits: toHits({ ...answer, engramId }), truncated: answer.truncated, cursor: answer.cursor };
  } catch (thrown) {
    const error = toCosmoError(thrown, "ENGRAM_FAILED");
    return { engramId, code: error.code, message: error.detail.message };
  }
}

type Combined = Pick<RecallResult, "hits" | "truncated" | "cursor">;

function pickFirst(winner: Answered | undefined): Combined {
  if (winner === undefined) return { hits: [], truncated: false, cursor: undefined };
  // A cursor behind more than the one hit that is given would skip the others.
  const isOnly = winner.hits.length === 1;
  return {
    hits: winner.hits.slice(0, 1),
    truncated: winner.truncated || !isOnly,
    cursor: isOnly && winner.truncated ? winner.cursor : undefined,
  };
}

function combine(mode: RecallMode, answers: readonly Answered[], topK: number): Combined {
  const every = answers.flatMap(({ hits }) => hits);
  const sorted = (mode === "merge" ? mergeHits(every) : every).sort(compareHits);
  const hits = sorted.slice(0, topK);
  const isCut = hits.length < sorted.length;
  const truncated = isCut || answers.some((answer) => answer.truncated);
  return { hits, truncated, cursor: isCut ? undefined : answers.find((answer) => answer.truncated)?.cursor };
}

/** The order of hits: score down, updated_at down, id down, engram_id up. */
function compareHits(left: RecallHit, right: RecallHit): number {
  return (
    right.score - left.score ||
    right.updatedAt.getTime() - left.updatedAt.getTime() ||
    compareCodePoints(right.id, left.id) ||
    compareCodePoints(left.engramId, right.engramId)
  );
}

function mergeHits(hits: readonly RecallHit[]): RecallHit[] {
  const groups = new Map<string, RecallHit[]>();
  for (const hit of hits) {
    const group = groups.get(groupOf(hit));
    if (group === undefined) groups.set(groupOf(hit), [hit]);
    else group.push(hit);
  }
  return [...groups.values()].map(mergeGroup);
}

/** Items of a sequence are entries of their own: only a record stands for its key. */
function groupOf(hit: RecallHit): string {
  return hit.mergeKey === undefined || hit.seq !== undefined ? `id ${hit.id}` : `key ${hit.mergeKey}`;
}

function mergeGroup(group: readonly RecallHit[]): RecallHit {
  const newestFirst = [...group].sort(
    (left, right) =>
      right.updatedAt.getTime() - left.updatedAt.getTime() || compareCodePoints(left.engramId, right.engramId),
  );
  return newestFirst.reduce((newer, older) => ({
    ...newer,
    content: overlay(older.content, newer.content),
    tags: sortedSet([...newer.tags, ...older.tags]),
    score: Math.max(newer.score, older.score),
    sources: sortedSet([...newer.sources, ...older.sources]),
  }));
}
