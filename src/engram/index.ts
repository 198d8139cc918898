export { canonicalText, isJsonObject, readJsonBytes, readJsonText, type Canonical } from "./canonical.js";
export { compareCodePoints, sortedSet } from "./code-points.js";
export { toHits, toImprintBody, toReceipt } from "./convert.js";
export { toRecallBody } from "./convert-query.js";
export { checkCursor, readCursor, writeCursor, type Cursor } from "./cursor.js";
export { decideImprint, type Decision, type Effect, type Scene, type Stamp } from "./decide.js";
export { IMPRINT_WINDOW_MS, TOMBSTONE_WINDOW_MS, type Engram, type EngramCall } from "./engram.js";
export { isEntryId, isLive, toEntry, type StoredEntry, type Writer } from "./entry.js";
export type { Digest } from "./fingerprint.js";
export { digestImprint, fingerprintImprint, readImprint, type ImprintPlan } from "./imprint-plan.js";
export { Forgetting } from "./forgetting.js";
export { leafTokens } from "./leaves.js";
export { deepUnion, mergePatch } from "./merge.js";
export { combineRecalled, createRecallCollector, type EngramAnswer, type RecallCollector } from "./modes.js";
export { openOutcome, replayOutcome, type Outcome, type Remembered } from "./outcome.js";
export {
  comparePositions,
  compareFound,
  cutPage,
  isAfter,
  scoreEntry,
  takeFirst,
  type Candidate,
  type Found,
  type Page,
  type PageLimits,
  type Position,
} from "./page.js";
export { fingerprintQuery, readForget, readQuery, type QueryPlan, type QueryScope } from "./query.js";
export { leafScore, tokenize } from "./text.js";
export { evaluateWhere, readFilter, readPointer, resolvePointer, type Condition } from "./where.js";
export { BatchQueue, type BatchQueueOptions } from "./sql/batch-queue.js";
export type { EngramStore, OpenedSpace, Search, SearchResult } from "./sql/engram-store.js";
export {
  ImprintBatch,
  placesOf,
  type BatchStamp,
  type Changes,
  type ImprintRequest,
  type Loaded,
  type Places,
  type Put,
} from "./sql/imprint-batch.js";
export { indexQuery, indexWords, type IndexWord } from "./sql/index-words.js";
export { encodeOutcome, readOutcome, type OutcomeBytes } from "./sql/outcome-bytes.js";
export {
  ENTRY_COLUMNS,
  entryValues,
  idCounter,
  keyCounter,
  readCounter,
  readRow,
  type Columns,
  type ColumnValue,
  type Counter,
  type Row,
} from "./sql/rows.js";
export { searchStatement, type Dialect, type SearchScope, type Statement } from "./sql/search-sql.js";
export { StoredEngram, type StoredEngramParts } from "./sql/stored-engram.js";
