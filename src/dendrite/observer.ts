import { DeliveryReason, type DeliveryNote, type Gap, type Live } from "../../gen/cosmonapse/v1/frames.js";
import { SignalType, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { checkOptions, CosmoError, toCosmoError } from "../errors/index.js";
import { ObservationQueue, type Observation } from "../pathway/index.js";
import type { Unnumbered } from "../synapse/index.js";
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

const parts: ReadonlySet<string> = new Set([
  "types",
  "traceIds",
  "participants",
  "abort",
] satisfies (keyof ObserveOptions)[]);

/** Observations that wait for one consumer; what does not fit is a gap. */
const waitingMax = 4_096;

/** The observations of one Dendrite. */
export class Observer {
  readonly #bus: Bus;
  readonly #queues = new Map<string, ObservationQueue>();
  /** The traces that this session opened by a task and whose FINAL has not come. */
  readonly #openTraces = new Set<string>();
  /** The queues that end with a trace. */
  readonly #watches = new Map<ObservationQueue, string>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Begins to observe; the queue holds what comes from now on. Throws INVALID_ARGUMENT for an unknown type. */
  open(options: ObserveOptions): ObservationQueue {
    checkOptions("The observation", options, parts);
    const { types = [], traceIds = [], participants = [], abort } = options;
    const filter = { types: types.map(typeNumber), traceIds: [...traceIds], participants: [...participants] };
    const id = `sub_${this.#bus.ids.signalId().slice(4)}`;
    const queue = this.#listen(id, abort);
    if (queue.isEnded) return queue;
    const subscribed = this.#bus.session.subscribe(id, filter);
    subscribed.catch((thrown: unknown) => queue.end(toCosmoError(thrown, "INTERNAL")));
    return queue;
  }

  /** Watches one trace, from now to its FINAL. */
  openTrace(traceId: string, abort: AbortSignal | undefined): ObservationQueue {
    if (!this.#openTraces.has(traceId)) return endedQueue();
    const queue = this.open({ traceIds: [traceId], ...(abort === undefined ? {} : { abort }) });
    if (!queue.isEnded) this.#watches.set(queue, traceId);
    return queue;
  }

  /** A task of this session opens a trace: its FINAL will come here. */
  traceOpened(traceId: string): void {
    this.#openTraces.add(traceId);
  }

  /** The FINAL of a trace came, or its task was refused. */
  traceClosed(traceId: string): void {
    this.#openTraces.delete(traceId);
    for (const [queue, watched] of this.#watches) if (watched === traceId) queue.end();
  }

  /** Takes a Signal that is observed. */
  deliver(signal: Signal, note: DeliveryNote): void {
    this.#queues.get(note.subscriptionId)?.push(toObservation(signal, note));
  }

  /** A Signal that cannot be read is one that its consumer missed. */
  unreadable({ subscriptionId, position }: DeliveryNote): void {
    this.gap({ subscriptionId, first: position, last: position, missed: 1n });
  }

  /** A snapshot is complete. */
  live({ subscriptionId, position, rejection }: Unnumbered<Live>): void {
    const queue = this.#queues.get(subscriptionId);
    if (rejection === undefined) queue?.push({ kind: "live", position });
    else queue?.end(new CosmoError(rejection));
  }

  /** Signals did not fit at the Synapse. */
  gap({ subscriptionId, first, last, missed }: Unnumbered<Gap>): void {
    this.#queues.get(subscriptionId)?.push({ kind: "gap", first, last, missed });
  }

  /** Ends all observations; `reason` is thrown to their consumers. */
  endAll(reason: CosmoError | undefined): void {
    this.#openTraces.clear();
    for (const queue of [...this.#queues.values()]) queue.end(reason);
  }

  #listen(id: string, abort: AbortSignal | undefined): ObservationQueue {
    const end = (): void => queue.end();
    const queue = new ObservationQueue({
      boundMax: waitingMax,
      onEnd: () => {
        abort?.removeEventListener("abort", end);
        this.#queues.delete(id);
        this.#watches.delete(queue);
        this.#bus.session.unsubscribe(id).catch(() => undefined);
      },
    });
    this.#queues.set(id, queue);
    if (abort?.aborted === true) end();
    else abort?.addEventListener("abort", end, { once: true });
    return queue;
  }
}

function endedQueue(): ObservationQueue {
  const queue = new ObservationQueue({ boundMax: 0, onEnd: () => undefined });
  queue.end();
  return queue;
}

function typeNumber(type: keyof typeof SignalType | number): number {
  const number = typeof type === "number" ? type : SignalType[type];
  if (Number.isInteger(number) && number > 0) return number;
  const known = Object.keys(SignalType).filter((name) => name !== "UNSPECIFIED");
  throw new CosmoError("INVALID_ARGUMENT", `'${type}' is no type of Signal; there are ${known.join(", ")}`);
}

function toObservation(signal: Signal, { reason, position, type, asked, attempt, refused }: DeliveryNote): Observation {
  if (reason === DeliveryReason.SNAPSHOT) return { kind: "snapshot", signal };
  if (refused !== undefined) return { kind: "refused", signal, type, reason: refused };
  return { kind: "signal", signal, type, position, asked, attempt };
}
