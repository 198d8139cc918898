export { FilteredRecords } from "./filtered.js";
export {
  fromFeed,
  fromRecording,
  isFailure,
  isOutcome,
  isRequest,
  REDACTED,
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
export { sayOf, searchFor, treeRows, type TreeOptions, type TreeRow } from "./tree.js";
export { createAxis, type AxisBreak, type AxisOptions, type TimeAxis } from "./time-axis.js";
export { buildWaterfall, criticalPath, type Waterfall, type WaterfallOptions, type WaterfallRow } from "./waterfall.js";
export { isOfMemory, participantKinds, Roster, type ParticipantKind } from "./roster.js";
export {
  buildSequence,
  toMermaid,
  type Lane,
  type Sequence,
  type SequenceArrow,
  type SequenceNote,
  type SequenceOptions,
  type SequenceStep,
} from "./sequence.js";
export {
  MemoryLens,
  type ImprintRow,
  type MemoryAnswer,
  type MemoryLensOptions,
  type MemoryRow,
  type RecallRow,
} from "./memory.js";
export { Histogram } from "./histogram.js";
export { MetricsCounter, type LatencyRow, type Metrics } from "./metrics.js";
export { GraphState, type GraphOptions } from "./graph.js";
export type { GraphEdge, GraphNode, Journey } from "./graph-types.js";
export {
  compareJson,
  jsonRows,
  type JsonChange,
  type JsonRow,
  type JsonTree,
  type JsonTreeOptions,
} from "./json-tree.js";
export { commandFor, toNdjson, type CommandTarget } from "./export.js";
export {
  countOf,
  describeCounts,
  describeGraph,
  describeMemoryRow,
  describeMetrics,
  describeSequence,
  describeTrace,
  describeWaterfall,
  durationText,
} from "./text.js";
