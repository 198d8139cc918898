export { FilteredRecords } from "./filtered.js";
export {
  fromFeed,
  fromRecording,
  isFailure,
  isOutcome,
  isRequest,
  type ViewGap,
  type ViewNote,
  type ViewRecord,
  type ViewSignal,
} from "./records.js";
export { RecordList } from "./record-list.js";
export { RecordStore, type RecordIndex, type StoreCounts, type StoreOptions } from "./store.js";
export {
  buildTrace,
  isPart,
  summarizeTrace,
  unansweredOf,
  type Trace,
  type TraceNode,
  type TraceOutcome,
  type TraceSummary,
  type Unanswered,
} from "./trace.js";
export { listTraces, TraceCache, type TraceOrder } from "./trace-cache.js";
