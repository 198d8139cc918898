export { type Filter, type Term } from "./filter.js";
export { clip, makeHarmless } from "./harmless.js";
export { Matcher, toObserveFilter } from "./match.js";
export { parseFilter } from "./parse-filter.js";
export type { DopplerRecord, GapRecord, NoteRecord, SignalRecord } from "./record.js";
export { readRecord, readRecordBytes, writeRecord } from "./recording.js";
export { describeGap, joinView, viewRecord, type ShortView, type ShortViewOptions } from "./short-view.js";
export { summarize } from "./summary.js";
export { Tap, type TapOptions } from "./tap.js";
