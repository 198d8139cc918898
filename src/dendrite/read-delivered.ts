import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { toCosmoError, type CosmoError } from "../errors/index.js";
import type { Clock } from "../foundation/index.js";
import { createSignal, decodeSignal, scanSignal, type IdSource } from "../signal/index.js";

/** A delivered Signal, and why its body cannot be read if so. */
export interface ReadSignal {
  /** The Signal; one that cannot be read has its own header and the ERROR MALFORMED as body. */
  readonly signal: Signal;
  /** Undefined: it was read. */
  readonly fault: CosmoError | undefined;
}

const exchanges: readonly Exchange[] = Object.values(Exchange);

/**
 * Reads what a Synapse delivers. A Synapse looks at headers only, so that a body may be broken all the same; that must
 * not hurt anybody but those who sent it and who wait for it (COS-ENV-031).
 */
export function readDelivered(bytes: Uint8Array, read: { limits: Limits; ids: IdSource; clock: Clock }): ReadSignal {
  try {
    return { signal: decodeSignal(bytes), fault: undefined };
  } catch (thrown) {
    const fault = toCosmoError(thrown, "MALFORMED");
    const { id, traceId, parentId, source, exchange } = scanSignal(bytes, read.limits);
    const body = { $case: "error", value: { detail: fault.detail } } as const;
    const known = exchanges.find((one) => one === exchange) ?? Exchange.UNSPECIFIED;
    const signal = createSignal({ id, traceId, parentId, source, exchange: known, body }, read.ids, read.clock);
    return { signal, fault };
  }
}
