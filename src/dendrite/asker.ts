import type { DeliveryNote } from "../../gen/cosmonapse/v1/frames.js";
import { Effect, Exchange } from "../../gen/cosmonapse/v1/options.js";
import { Fanout, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, toCosmoError } from "../errors/index.js";
import { encodeSignal } from "../signal/index.js";
import { AbortWatch } from "./abort-watch.js";
import type { Bus } from "./bus.js";

/** Who waits for the outcomes of a request. `accepted`, `complete` and `failed` come at most once. */
export interface AskListener {
  /** The Synapse accepted it and says who was asked; empty if that is not decided yet. An outcome may come before. */
  accepted?(asked: readonly string[]): void;
  /** A part of an answer. */
  part?(signal: Signal, participant: string): void;
  /** An outcome: an answer, or an ERROR. One for each participant that was asked. */
  outcome(signal: Signal, participant: string): void;
  /** Every outcome came. */
  complete(): void;
  /** There will be no further outcome: refused, given up, or lost. */
  failed(error: CosmoError): void;
}

/** How a request is made. */
export interface AskOptions {
  /** The attempt below which it is sent; 0: none. */
  readonly attempt: number;
  /** How long the Synapse has for a verdict, milliseconds. */
  readonly budgetMs: number;
  /** Gives the request up and stops it. What is above it and stops, the Synapse stops with all below. */
  readonly abort: AbortSignal | undefined;
}

interface Asked {
  readonly signal: Signal;
  readonly attempt: number;
  readonly listener: AskListener;
  readonly answered: Set<string>;
  readonly isFanout: boolean;
  participants: readonly string[] | undefined;
  /** Resolves when the Synapse decided whether it accepts it. */
  published: Promise<void>;
  release: () => void;
}

/**
 * The requests of one Dendrite that have no outcome yet. The Synapse decides; only when its verdict stays out for longer
 * than budget and margin, or the session is lost, the asker decides alone: OUTCOME_UNKNOWN (COS-TASK-006).
 */
export class Asker {
  readonly #bus: Bus;
  readonly #pending = new Map<string, Asked>();
  readonly #abortWatch = new AbortWatch();
  readonly #onIdle: (() => void)[] = [];

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Sends a request once the caller's turn is over; what becomes of it goes to the listener. */
  ask(signal: Signal, listener: AskListener, options: AskOptions): void {
    const { attempt, abort } = options;
    if (abort?.aborted === true) {
      listener.failed(new CosmoError("CANCELLED", "It was given up before it was sent", { effect: Effect.NONE }));
      return;
    }
    const asked: Asked = {
      signal,
      attempt,
      listener,
      answered: new Set(),
      isFanout: signal.directed?.fanout === Fanout.ALL,
      participants: undefined,
      published: Promise.resolve(),
      release: () => undefined,
    };
    this.#pending.set(signal.id, asked);
    this.#watch(asked, options);
    asked.published = this.#publish(asked).catch((thrown: unknown) => {
      this.#fail(asked, toCosmoError(thrown, "INTERNAL"));
    });
  }

  /** Takes a reply that the Synapse delivered. */
  deliver(signal: Signal, note: DeliveryNote): void {
    const asked = this.#pending.get(signal.parentId);
    if (asked === undefined) return;
    const named = signal.body?.$case === "error" ? signal.body.value.detail?.participant : signal.source;
    const participant = note.participant || (named ?? "");
    if (signal.exchange === Exchange.PARTIAL) {
      asked.listener.part?.(signal, participant);
      return;
    }
    asked.answered.add(participant);
    asked.listener.outcome(signal, participant);
    if (asked.isFanout) this.#checkComplete(asked);
    else this.#finish(asked);
  }

  /** Stops a request; resolves when the Synapse knows, also if it had ended. */
  async stop(requestId: string, reason: string): Promise<void> {
    const asked = this.#pending.get(requestId);
    if (asked === undefined) return;
    await asked.published;
    if (this.#pending.has(requestId)) await this.#sendStop(asked, reason);
  }

  /** Gives a request up: waits no longer, and stops it (COS-TASK-024). */
  giveUp(requestId: string, error: CosmoError): void {
    const asked = this.#pending.get(requestId);
    if (asked === undefined) return;
    this.#fail(asked, error);
    asked.published.then(() => this.#sendStop(asked, "its asker gave up")).catch(() => undefined);
  }

  /** Fails everything that waits. */
  failAll(error: CosmoError): void {
    for (const asked of [...this.#pending.values()]) this.#fail(asked, error);
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  #watch(asked: Asked, { budgetMs, abort }: AskOptions): void {
    const { clock, session } = this.#bus;
    const { id } = asked.signal;
    const marginMs = session.limits.sessionGraceMs;
    const cancelTimer = clock.schedule(budgetMs + marginMs, () => {
      const message = `The Synapse gave no verdict within ${budgetMs} ms and a margin of ${marginMs} ms`;
      this.#fail(asked, new CosmoError("OUTCOME_UNKNOWN", message, { requirement: "COS-TASK-006" }));
    });
    const giveUp = (): void => this.giveUp(id, new CosmoError("CANCELLED", `${id} was given up by its asker`));
    const release = abort === undefined ? undefined : this.#abortWatch.add(abort, giveUp);
    asked.release = () => {
      cancelTimer();
      release?.();
    };
  }

  async #publish(asked: Asked): Promise<void> {
    // Whoever gets a Pathway can listen to its trace before the first Signal of it.
    await Promise.resolve();
    if (!this.#pending.has(asked.signal.id)) return;
    const receipt = await this.#bus.publish(encodeSignal(asked.signal), asked.attempt);
    if (!this.#pending.has(asked.signal.id)) return;
    asked.participants = receipt.asked;
    asked.listener.accepted?.(receipt.asked);
    this.#checkComplete(asked);
  }

  async #sendStop({ signal, attempt }: Asked, reason: string): Promise<void> {
    const { id: requestId, traceId } = signal;
    const body = { $case: "stop", value: { requestId, reason } } as const;
    try {
      await this.#bus.send({ traceId, parentId: requestId, body }, attempt);
    } catch (thrown) {
      const error = toCosmoError(thrown, "INTERNAL");
      if (!ended.has(error.code)) throw error;
    }
  }

  #checkComplete(asked: Asked): void {
    const { participants, answered, isFanout } = asked;
    if (!isFanout || participants === undefined) return;
    const isComplete = participants.length === 0 ? answered.size > 0 : participants.every((id) => answered.has(id));
    if (isComplete) this.#finish(asked);
  }

  #finish(asked: Asked): void {
    if (this.#forget(asked)) asked.listener.complete();
  }

  #fail(asked: Asked, error: CosmoError): void {
    if (this.#forget(asked)) asked.listener.failed(error);
  }

  #forget(asked: Asked): boolean {
    if (!this.#pending.delete(asked.signal.id)) return false;
    asked.release();
    if (this.#pending.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    return true;
  }
}

// What a STOP is refused with if its request was never sent, or has its outcome: who only asked it may then stop nothing.
const ended = new Set(["TRACE_CLOSED", "PERMISSION_DENIED"]);
