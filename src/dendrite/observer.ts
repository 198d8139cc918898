import { DeliveryReason, type DeliveryNote, type Gap, type Live, type ObserveFilter } from "../../gen/cosmonapse/v1/frames.js";
import { SignalType, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, toCosmoError } from "../errors/index.js";
import { ObservationQueue, type Observation } from "../pathway/index.js";
import type { Bus } from "./bus.js";

/** What an observer wants to see. Every part that is given must hold. */
export interface ObserveOptions {
  /** Types by name, for example `TASK`, or by number. Default: all. */
  readonly types?: readonly (keyof typeof SignalType | number)[];
  /** Traces. Default: all. */
  readonly traceIds?: readonly string[];
  /** Participants, as source or as the id of the address. Default: all. */
  readonly participants?: readonly string[];
  /** Ends the observation. */
  readonly abort?: AbortSignal;
}

/** Observations that wait for one consumer; what does not fit is a gap. */
const waitingMax = 4_096;

/** The observations of one Dendrite, and the snapshots that it asked for. */
export class Observer {
  readonly #bus: Bus;
  readonly #queues = new Map<string, ObservationQueue>();
  /** The traces that are watched to their end, by subscription. */
  readonly #watched = new Map<string, string>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Begins to observe; the queue holds what comes from now on. */
  open({ types = [], traceIds = [], participants = [], abort }: ObserveOptions, watched?: string): ObservationQueue {
    const filter: ObserveFilter = {
      types: types.map((type) => (typeof type === "number" ? type : SignalType[type])),
      traceIds: [...traceIds],
      participants: [...participants],
    };
    const id = `sub_${this.#bus.ids.signalId().slice(4)}`;
    const queue = this.#listen(id, abort);
    if (watched !== undefined) this.#watched.set(id, watched);
    this.#bus.session
      .subscribe(id, filter)
      .catch((thrown: unknown) => queue.end(toCosmoError(thrown, "INTERNAL")));
    return queue;
  }

  /** Watches one trace, from now to its FINAL. */
  openTrace(traceId: string, abort: AbortSignal | undefined): ObservationQueue {
    return this.open({ traceIds: [traceId], ...(abort === undefined ? {} : { abort }) }, traceId);
  }

  /** Opens a queue for the snapshot that answers a DISCOVER. */
  openSnapshot(discoverId: string): ObservationQueue {
    return this.#listen(discoverId, undefined);
  }

  /** Takes a Signal that is observed. */
  deliver(signal: Signal, note: DeliveryNote): void {
    const queue = this.#queues.get(note.subscriptionId);
    if (queue === undefined) return;
    queue.push(toObservation(signal, note));
    if (this.#watched.get(note.subscriptionId) === signal.traceId && signal.body?.$case === "final") queue.end();
  }

  /** A snapshot is complete. */
  live({ subscriptionId, position, rejection }: Live): void {
    const queue = this.#queues.get(subscriptionId);
    if (rejection === undefined) queue?.push({ kind: "live", position });
    else queue?.end(new CosmoError(rejection));
  }

  /** Signals did not fit at the Synapse. */
  gap({ subscriptionId, first, last, missed }: Gap): void {
    this.#queues.get(subscriptionId)?.push({ kind: "gap", first, last, missed });
  }

  /** Ends all observations; `reason` is thrown to their consumers. */
  endAll(reason: CosmoError | undefined): void {
    for (const queue of [...this.#queues.values()]) queue.end(reason);
    this.#queues.clear();
  }

  #listen(id: string, abort: AbortSignal | undefined): ObservationQueue {
    const end = (): void => queue.end();
    const queue = new ObservationQueue({
      boundMax: waitingMax,
      onClose: () => {
        abort?.removeEventListener("abort", end);
        this.#watched.delete(id);
        if (this.#queues.delete(id)) this.#bus.session.unsubscribe(id).catch(() => undefined);
      },
    });
    this.#queues.set(id, queue);
    if (abort?.aborted === true) end();
    abort?.addEventListener("abort", end, { once: true });
    return queue;
  }
}

function toObservation(signal: Signal, { reason, position, type, asked, attempt, refused }: DeliveryNote): Observation {
  if (reason === DeliveryReason.SNAPSHOT) return { kind: "snapshot", signal };
  if (refused !== undefined) return { kind: "refused", signal, type, reason: refused };
  return { kind: "signal", signal, type, position, asked, attempt };
}
