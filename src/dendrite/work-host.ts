import type { Axon, AxonHost, ReplyDraft } from "../axon/index.js";
import type { Credit, DeliveryNote } from "../../gen/cosmonapse/v1/frames.js";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import { Fanout, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { FinalStatus, type Content } from "../../gen/cosmonapse/v1/task.js";
import type { Engram } from "../engram/index.js";
import { CosmoError, toCosmoError, type ErrorName } from "../errors/index.js";
import { encodeSignal, signalTypeName } from "../signal/index.js";
import { askEngram } from "./ask-engram.js";
import type { Unnumbered } from "../synapse/index.js";
import type { Bus } from "./bus.js";
import type { Calls } from "./calls.js";
import type { Tracing } from "../telemetry/index.js";
import { Work, workKey } from "./work.js";

/** What a work host is made with. */
export interface WorkHostOptions {
  readonly bus: Bus;
  readonly calls: Calls;
  readonly namespace: string;
  /** Undefined: nobody traces. */
  readonly tracing: Tracing | undefined;
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
  readonly #onIdle: (() => void)[] = [];

  constructor(options: WorkHostOptions) {
    this.#options = options;
  }

  /** Starts on a request; returns at once. */
  start(signal: Signal, note: DeliveryNote): void {
    const { axons, bus, onError } = this.#options;
    const work = new Work({
      signal,
      note,
      clock: bus.clock,
      partialWindow: bus.session.limits.partialWindow,
      isRetrySafe: axons.get(note.participant)?.registration.retrySafe === true || signal.maxAttempts > 1,
      onGraceOver: (late) => this.#release(late),
    });
    this.#works.set(work.key, work);
    this.#run(work, note).catch((thrown: unknown) => onError(toCosmoError(thrown, "INTERNAL")));
  }

  /** Answers a request that cannot be worked on. */
  refuse(signal: Signal, note: DeliveryNote, fault: CosmoError): void {
    const { bus, onError } = this.#options;
    const draft = { ...replyHeader(signal, note.participant, Exchange.REPLY), body: errorBody(fault) };
    bus.send(draft, note.attempt).catch((thrown: unknown) => onError(toCosmoError(thrown, "INTERNAL")));
  }

  /** Stops work that the Synapse ended. */
  stop({ requestId, participant }: DeliveryNote, reason: CosmoError): void {
    for (const work of this.#held(requestId, participant)) work.stop(reason);
  }

  /** The asker consumed parts. */
  credit({ requestId, participant, partials }: Unnumbered<Credit>): void {
    for (const work of this.#held(requestId, participant)) work.window.add(partials);
  }

  /** The work on a request; of all who were asked, unless one is named. A Synapse need not name the only one. */
  #held(requestId: string, participant: string): readonly Work[] {
    if (participant === "") return [...this.#works.values()].filter(({ signal }) => signal.id === requestId);
    const work = this.#works.get(workKey(requestId, participant));
    return work === undefined ? [] : [work];
  }

  /** The session is over: everything is stopped, and nobody is left to tell. */
  end(reason: CosmoError): void {
    const works = [...this.#works.values()];
    this.#works.clear();
    for (const work of works) {
      work.stop(reason);
      work.over();
    }
    this.#checkIdle();
  }

  /** Resolves when nothing is worked on, and no FINAL is owed. */
  idle(): Promise<void> {
    if (this.#works.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  async #run(work: Work, note: DeliveryNote): Promise<void> {
    const answer = await this.#answer(work, note).catch((thrown: unknown) =>
      errorBody(toCosmoError(thrown, "INTERNAL")),
    );
    if (work.span !== undefined) work.done(failureOf(answer));
    await work.sending.settled();
    try {
      if (!work.isStopped) await this.#reply(work, answer);
    } finally {
      this.#release(work);
    }
  }

  async #answer(work: Work, { type }: DeliveryNote): Promise<Answer> {
    const { axons, engrams, namespace, bus } = this.#options;
    const axon = axons.get(work.participant);
    const engram = engrams.get(work.participant);
    if (work.signal.body === undefined) {
      const message = `'${work.participant}' does not know ${signalTypeName(type)}`;
      throw new CosmoError("UNIMPLEMENTED", message, { requirement: "COS-TYPE-005" });
    }
    if (axon !== undefined) {
      const draft = await this.#handle(axon, work);
      work.takesParts = false;
      return toBody(draft, work.parts);
    }
    if (engram !== undefined) {
      return askEngram(engram, work, { namespace, signalBytes: bus.session.limits.signalBytes });
    }
    throw new CosmoError("UNROUTABLE", `'${work.participant}' was detached from this Dendrite`);
  }

  /** Lets the Neuron work, in a span below that of who asked. */
  async #handle(axon: AnyAxon, work: Work): Promise<ReplyDraft> {
    const { tracing, namespace } = this.#options;
    const { signal, participant: target, attempt } = work;
    const { id: requestId, traceId } = signal;
    const handle = (): Promise<ReplyDraft> => axon.handle(signal, this.#createHost(work));
    work.span = tracing?.start({ operation: "handle", target, requestId, traceId, namespace, attempt, above: signal });
    return work.span === undefined ? handle() : work.span.run(handle);
  }

  #createHost(work: Work): AxonHost {
    const { calls } = this.#options;
    return {
      abort: work.abort,
      attempt: work.attempt,
      remainingMs: () => work.remainingMs(),
      emit: (output) => this.#emit(work, output),
      recall: async (binding, options) => {
        const mode = options.mode ?? binding.defaultRecallMode ?? "first";
        return calls.recall(binding, { ...withDeadline(options, binding.defaultDeadlineMs), mode }, work.scope);
      },
      imprint: async (binding, options) =>
        calls.imprint(binding, withDeadline(options, binding.defaultDeadlineMs), work.scope),
      dispatch: (task) => calls.dispatch(task, work.scope),
    };
  }

  /** Sends a part once the window has room. What could never be sent gets no number, so that there is no hole. */
  async #emit(work: Work, output: Content): Promise<void> {
    const { bus } = this.#options;
    if (!work.takesParts) throw new CosmoError("LATE", "The task has its answer; no part can follow");
    const value = { output, part: work.parts + 1, parts: 0 };
    const header = replyHeader(work.signal, work.participant, Exchange.PARTIAL);
    const part = encodeSignal(bus.create({ ...header, body: { $case: "agentOutput", value } }));
    const { signalBytes } = bus.session.limits;
    if (part.length > signalBytes) {
      const message = `The part takes ${part.length} bytes, where a Signal may have ${signalBytes}`;
      throw new CosmoError("INVALID_OUTPUT", message, { requirement: "COS-ENV-032" });
    }
    work.parts += 1;
    const sent = work.window.take().then(() => bus.publish(part, work.attempt));
    work.sending.add(sent);
    await sent;
  }

  async #reply(work: Work, answer: Answer): Promise<void> {
    const isGood = await this.#send(work, answer);
    work.answered();
    const { closeTrace, parentId, directed } = work.signal;
    if (isGood && closeTrace && parentId === "" && directed?.fanout !== Fanout.ALL) await this.#closeTrace(work);
  }

  /** Sends the outcome, or if it is refused the reason of that; false unless it is a good one. */
  async #send(work: Work, answer: Answer): Promise<boolean> {
    const { bus, onError, engrams } = this.#options;
    const header = replyHeader(work.signal, work.participant, Exchange.REPLY);
    try {
      await bus.send({ ...header, body: answer }, work.attempt);
      return answer.$case !== "error";
    } catch (thrown) {
      const refused = toCosmoError(thrown, "INTERNAL");
      if (overtaken.has(refused.code)) return false;
      const code: ErrorName = engrams.has(work.participant) ? "ENGRAM_FAILED" : "INVALID_OUTPUT";
      const fault = new CosmoError(code, `The answer was refused: ${refused.message}`);
      await bus.send({ ...header, body: errorBody(fault) }, work.attempt).catch((again: unknown) => {
        const error = toCosmoError(again, "INTERNAL");
        if (!overtaken.has(error.code)) onError(error);
      });
      return false;
    }
  }

  /** After a good outcome, and after the requests below have ended, the trace ends (COS-TRACE-010). */
  async #closeTrace(work: Work): Promise<void> {
    await work.below.settled();
    const value = { status: FinalStatus.COMPLETED, detail: undefined };
    const { traceId } = work.signal;
    const { bus, onError } = this.#options;
    // The Dendrite says so itself: the id that answered may have been detached or drained by now.
    await bus.send({ traceId, body: { $case: "final", value } }).catch((thrown: unknown) => {
      const error = toCosmoError(thrown, "INTERNAL");
      if (!overtaken.has(error.code)) onError(error);
    });
  }

  /** Nothing is left to do; of stopped work the Synapse is told so, and gets the slot back (COS-STOP-008). */
  #release(work: Work): void {
    if (!this.#works.delete(work.key)) return;
    work.over();
    if (work.isStopped) {
      const { id, traceId } = work.signal;
      const body = { $case: "stopped", value: { requestId: id } } as const;
      const draft = { traceId, parentId: id, source: work.participant, body };
      // The trace may have ended with the stop; the slot is free all the same.
      this.#options.bus.send(draft, work.attempt).catch(() => undefined);
    }
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#works.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

type ReplyHeader = Pick<Signal, "traceId" | "parentId" | "exchange" | "source">;

function replyHeader({ id, traceId }: Signal, source: string, exchange: Exchange): ReplyHeader {
  return { traceId, parentId: id, exchange, source };
}

function toBody(draft: ReplyDraft, parts: number): Answer {
  if (draft.$case === "error") return { $case: "error", value: { detail: draft.detail } };
  return { $case: "agentOutput", value: { output: draft.output, part: 0, parts } };
}

function failureOf(answer: Answer): CosmoError | undefined {
  const detail = answer.$case === "error" ? answer.value.detail : undefined;
  return detail === undefined ? undefined : new CosmoError(detail);
}

function errorBody({ detail }: CosmoError): Answer {
  return { $case: "error", value: { detail } };
}

function withDeadline<T extends { readonly deadlineMs?: number }>(options: T, defaultMs: number | undefined): T {
  const deadlineMs = options.deadlineMs ?? defaultMs;
  return deadlineMs === undefined ? options : { ...options, deadlineMs };
}
