import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import type { Clock } from "../../foundation/index.js";
import type { Counters } from "./counters.js";
import type { DedupWindow } from "./dedup-window.js";
import type { HubSession } from "./model.js";
import type { Observers } from "./observers.js";
import type { Registry } from "./registry.js";
import type { RequestBook } from "./request-book.js";
import type { Router } from "./router.js";
import type { SynapseSignals } from "./synapse-signals.js";
import type { TraceBook } from "./trace-book.js";

/** All that the hub keeps of one namespace. Nothing in it is shared with another. */
export interface Namespace {
  readonly name: string;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly sessions: Map<string, HubSession>;
  readonly registry: Registry;
  readonly router: Router;
  readonly observers: Observers;
  readonly traces: TraceBook;
  readonly requests: RequestBook;
  readonly dedup: DedupWindow;
  readonly signals: SynapseSignals;
  readonly counters: Counters;
  /** True once new requests are refused. */
  isDraining: boolean;
  /** Called whenever a request has ended. */
  onRequestEnded: () => void;
}
