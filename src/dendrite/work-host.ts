import type { Axon, AxonHost, ReplyDraft } from "../axon/index.js";
import type { Credit, DeliveryNote } from "../../gen/cosmonapse/v1/frames.js";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { FinalStatus } from "../../gen/cosmonapse/v1/task.js";
import type { Engram } from "../engram/index.js";
import { CosmoError, createErrorDetail, toCosmoError } from "../errors/index.js";
import { bodyType, signalTypeName } from "../signal/index.js";
import type { Bus } from "./bus.js";
import type { Calls } from "./calls.js";
import { Work, workKey } from "./work.js";

/** How long work may go on after it was stopped before its slot is given back, milliseconds. */
export const STOP_GRACE_MS = 1_000;

/** The part of a Signal that an answer may not fill, bytes: header and framing. */
const headerBytes = 65_536;

/** What a work host is made with. */
export interface WorkHostOptions {
  readonly bus: Bus;
  readonly calls: Calls;
  readonly namespace: string;
  readonly axons: ReadonlyMap<string, AnyAxon>;
  readonly engrams: ReadonlyMap<string, Engram>;
  /** Takes errors that nobody waits for. */
  readonly onError: (error: CosmoError) => void;
}

/** An Axon, whatever its Neuron takes and gives. */
export type AnyAxon = Pick<Axon, "neuronId" | "registration" | "handle">;

type Answer = NonNullable<Signal["body"]>;

// The Synapse decided otherwise before the answer came: there is nobody to tell.
const overtaken = new Set(["LATE", "SUPERSEDED", "TRACE_CLOSED", "PERMISSION_DENIED", "SESSION_LOST", "CLOSED"]);

/** Runs what the Synapse gives to this Dendrite. Each request gets exactly one answer, or STOPPED once it is stopped. */
export class WorkHost {
  readonly #options: WorkHostOptions;
  readonly #works = new Map<string, Work>();
  #onIdle: (() => void) | undefined;

  constructor(options: WorkHostOptions) {
    this.#options = options;
  }

  /** How many requests are worked on. */
  get size(): number {
    return this.#works.size;
  }

  /** Starts on a request; returns at once. */
  start(signal: Signal, note: DeliveryNote): void {
    const { axons, bus } = this.#options;
    const work = new Work({
      signal,
      note,
      clock: bus.clock,
      partialWindow: bus.session.limits.partialWindow,
      isRetrySafe: axons.get(note.participant)?.registration.retrySafe === true || signal.maxAttempts > 1,
    });
    this.#works.set(work.key, work);
    work.abort.addEventListener("abort", () => this.#awaitStop(work), { once: true });
    this.#answer(work).then(
      (answer) => this.#conclude(work, answer),
      (thrown: unknown) => {
        const { detail } = toCosmoError(thrown, "INTERNAL");
        return this.#conclude(work, { $case: "error", value: { detail } });
      },
    ).catch((thrown: unknown) => this.#options.onError(toCosmoError(thrown, "INTERNAL")));
  }

  /** Stops work that the Synapse ended. */
  stop({ requestId, participant }: DeliveryNote, reason: CosmoError): void {
    this.#works.get(workKey(requestId, participant))?.stop(reason);
  }

  /** The asker consumed parts. */
  credit({ requestId, participant, partials }: Credit): void {
    this.#works.get(workKey(requestId, participant))?.window.add(partials);
  }

  /** Stops everything; the session is over, so that nobody hears of it. */
  stopAll(reason: CosmoError): void {
    for (const work of [...this.#works.values()]) {
      this.#forget(work);
      work.stop(reason);
    }
  }

  /** Resolves when nothing is worked on. */
  idle(): Promise<void> {
    if (this.#works.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  async #answer(work: Work): Promise<Answer> {
    const { axons, engrams } = this.#options;
    const axon = axons.get(work.participant);
    if (axon !== undefined) return toBody(await axon.handle(work.signal, this.#createHost(work)));
    const engram = engrams.get(work.participant);
    if (engram !== undefined) return this.#askEngram(engram, work);
    throw new CosmoError("UNROUTABLE", `'${work.participant}' was detached from this Dendrite`);
  }

  async #askEngram(engram: Engram, { signal, abort }: Work): Promise<Answer> {
    const { namespace, bus } = this.#options;
    const call = {
      namespace,
      source: signal.source,
      traceId: signal.traceId,
      signalId: signal.id,
      abort,
      pageBytes: Math.max(headerBytes, bus.session.limits.signalBytes - headerBytes),
    };
    const { body } = signal;
    if (body?.$case === "recall") return { $case: "recalled", value: await engram.recall(body.value, call) };
    if (body?.$case === "imprint") return { $case: "imprinted", value: await engram.imprint(body.value, call) };
    const type = body === undefined ? "this type" : signalTypeName(bodyType(body));
    throw new CosmoError("UNIMPLEMENTED", `'${engram.engramId}' is an Engram and does not answer ${type}`, {
      requirement: "COS-TYPE-005",
    });
  }

  #createHost(work: Work): AxonHost {
    const { bus, calls } = this.#options;
    return {
      abort: work.abort,
      attempt: work.attempt,
      remainingMs: () => work.remainingMs(),
      emit: async (output, part) => {
        await work.window.take();
        const value = { output, part, parts: 0 };
        await bus.send({ ...replyHeader(work, Exchange.PARTIAL), body: { $case: "agentOutput", value } }, work.attempt);
      },
      recall: (binding, options) => {
        const deadlineMs = options.deadlineMs ?? binding.defaultDeadlineMs;
        const mode = options.mode ?? binding.defaultRecallMode ?? "first";
        return calls.recall(binding, { ...options, mode, ...(deadlineMs === undefined ? {} : { deadlineMs }) }, work.scope);
      },
      imprint: (binding, options) => {
        const deadlineMs = options.deadlineMs ?? binding.defaultDeadlineMs;
        return calls.imprint(binding, { ...options, ...(deadlineMs === undefined ? {} : { deadlineMs }) }, work.scope);
      },
      dispatch: (task) => calls.dispatch(task, work.scope),
    };
  }

  async #conclude(work: Work, answer: Answer): Promise<void> {
    if (work.abort.aborted) {
      this.#release(work);
      return;
    }
    try {
      await this.#reply(work, answer);
    } finally {
      this.#forget(work);
    }
  }

  async #reply(work: Work, answer: Answer): Promise<void> {
    const { bus } = this.#options;
    const header = replyHeader(work, Exchange.REPLY);
    try {
      await bus.send({ ...header, body: answer }, work.attempt);
    } catch (thrown) {
      const error = toCosmoError(thrown, "INTERNAL");
      if (overtaken.has(error.code)) return;
      const detail = createErrorDetail("INVALID_OUTPUT", `The answer was refused: ${error.message}`, { cause: thrown });
      await bus.send({ ...header, body: { $case: "error", value: { detail } } }, work.attempt);
      return;
    }
    if (answer.$case !== "error" && work.signal.closeTrace && work.signal.parentId === "") await this.#closeTrace(work);
  }

  /** After a good outcome, and after the requests below have ended, the trace ends (COS-TRACE). */
  async #closeTrace(work: Work): Promise<void> {
    await work.settled();
    const value = { status: FinalStatus.COMPLETED, detail: undefined };
    const { traceId } = work.signal;
    const { bus, onError } = this.#options;
    await bus.send({ traceId, source: work.participant, body: { $case: "final", value } }).catch((thrown: unknown) => {
      const error = toCosmoError(thrown, "INTERNAL");
      if (!overtaken.has(error.code)) onError(error);
    });
  }

  /** Gives the slot back when the stopped work settles, or after a grace if it does not listen. */
  #awaitStop(work: Work): void {
    if (this.#works.has(work.key)) work.awaitStop(STOP_GRACE_MS, () => this.#release(work));
  }

  #release(work: Work): void {
    if (!this.#forget(work)) return;
    const { id, traceId } = work.signal;
    const body = { $case: "stopped", value: { requestId: id } } as const;
    const stopped = { traceId, parentId: id, source: work.participant, body };
    this.#options.bus.send(stopped, work.attempt).catch(() => undefined);
  }

  #forget(work: Work): boolean {
    work.finish();
    if (!this.#works.delete(work.key)) return false;
    if (this.#works.size === 0) this.#onIdle?.();
    return true;
  }
}

function replyHeader(work: Work, exchange: Exchange): Pick<Signal, "traceId" | "parentId" | "exchange" | "source" | "traceparent"> {
  const { id, traceId, traceparent } = work.signal;
  return { traceId, parentId: id, exchange, source: work.participant, traceparent };
}

function toBody(draft: ReplyDraft): Answer {
  if (draft.$case === "error") return { $case: "error", value: { detail: draft.detail } };
  return { $case: "agentOutput", value: { output: draft.output, part: 0, parts: draft.parts } };
}
