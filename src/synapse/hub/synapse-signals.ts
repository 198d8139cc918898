import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import type { DeregisterReason } from "../../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../../gen/cosmonapse/v1/signal.js";
import type { FinalStatus } from "../../../gen/cosmonapse/v1/task.js";
import type { Clock } from "../../foundation/index.js";
import { createSignal, encodeSignal, SYNAPSE_SOURCE, type IdSource, type SignalDraft } from "../../signal/index.js";
import type { Leg } from "./model.js";

/** The Signals that the Synapse makes itself; their source is the reserved id. */
export class SynapseSignals {
  readonly #ids: IdSource;
  readonly #clock: Clock;

  constructor(ids: IdSource, clock: Clock) {
    this.#ids = ids;
    this.#clock = clock;
  }

  /** The outcome of a leg that the Synapse ends. */
  error({ request }: Leg, detail: ErrorDetail): Uint8Array {
    const { id, traceId } = request.header;
    return this.#encode({ traceId, parentId: id, body: { $case: "error", value: { detail } } });
  }

  /** The end of a trace. */
  final(traceId: string, status: FinalStatus, detail: ErrorDetail | undefined): Uint8Array {
    return this.#encode({ traceId, body: { $case: "final", value: { status, detail } } });
  }

  /** The end of a registration whose session drained or ended. */
  deregister(id: string, reason: DeregisterReason): Uint8Array {
    return this.#encode({ body: { $case: "deregister", value: { id, reason } } });
  }

  #encode(draft: Omit<SignalDraft, "source">): Uint8Array {
    const signal: Signal = createSignal({ ...draft, source: SYNAPSE_SOURCE }, this.#ids, this.#clock);
    return encodeSignal(signal);
  }
}
