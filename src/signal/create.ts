import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";
import type { Clock } from "../foundation/index.js";
import type { IdSource } from "./ids.js";
import { toTimestamp } from "./time.js";
import { bodyType, signalTraits } from "./types.js";

/** A Signal before its id and its time are set. */
export type SignalDraft = Partial<Omit<Signal, "body" | "source">> & {
  /** The body; its kind is the type of the Signal. */
  readonly body: NonNullable<Signal["body"]>;
  /** Who produces it. */
  readonly source: string;
};

/**
 * Completes a draft: a new id, the time, and the exchange where the type has only one. Throws INVALID_ARGUMENT if the
 * exchange is open: AGENT_OUTPUT is a PARTIAL or a REPLY.
 */
export function createSignal(draft: SignalDraft, ids: IdSource, clock: Clock): Signal {
  return {
    id: draft.id ?? ids.signalId(),
    traceId: draft.traceId ?? "",
    parentId: draft.parentId ?? "",
    exchange: draft.exchange ?? soleExchange(draft.body),
    source: draft.source,
    directed: draft.directed,
    createdAt: draft.createdAt ?? toTimestamp(clock.wallMs()),
    timeout: draft.timeout,
    maxAttempts: draft.maxAttempts ?? 0,
    closeTrace: draft.closeTrace ?? false,
    traceparent: draft.traceparent ?? "",
    tracestate: draft.tracestate ?? "",
    meta: draft.meta ?? {},
    waitForRoute: draft.waitForRoute,
    body: draft.body,
  };
}

const exchanges: readonly Exchange[] = Object.values(Exchange);

function soleExchange(body: NonNullable<Signal["body"]>): Exchange {
  const traits = signalTraits(bodyType(body));
  const sole = traits?.exchanges.length === 1 ? exchanges.find((one) => one === traits.exchanges[0]) : undefined;
  if (sole !== undefined) return sole;
  throw new CosmoError("INVALID_ARGUMENT", `${traits?.name ?? body.$case} needs an exchange`);
}
