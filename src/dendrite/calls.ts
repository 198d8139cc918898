import { FinalStatus } from "../../gen/cosmonapse/v1/task.js";
import { SignalType, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { toImprintBody, toRecallBody } from "../engram/index.js";
import { CosmoError, toCosmoError, writeDuration } from "../errors/index.js";
import type { ImprintOptions, ImprintResult, RecallOptions, RecallResult } from "../neuron/index.js";
import { Pathway, type PathwayFeed, type Reply } from "../pathway/index.js";
import { decodeJson, encodeJson, signalTraits } from "../signal/index.js";
import type { Asker, AskListener } from "./asker.js";
import type { Bus, Outgoing } from "./bus.js";
import { ImprintWait } from "./imprint-wait.js";
import type { Observer } from "./observer.js";
import { errorOf, unreadable } from "./outcome.js";
import { RecallWait } from "./recall-wait.js";
import type { SpanStart, Tracing, TracingSpan } from "../telemetry/index.js";
import type { Scope } from "./scope.js";
import {
  checkTask,
  checkTimeMs,
  engramAddress,
  neuronAddress,
  type Dispatch,
  type EngramAddress,
} from "./task-options.js";

/** What calls are made with. */
export interface CallsOptions {
  readonly bus: Bus;
  readonly asker: Asker;
  readonly observer: Observer;
  /** Undefined: nobody traces. */
  readonly tracing: Tracing | undefined;
  /** The namespace, for those who trace. */
  readonly namespace: string;
  /** Takes errors that nobody waits for. */
  readonly onError: (error: CosmoError) => void;
}

/** A request that is ready to be sent. */
interface Prepared {
  readonly signal: Signal;
  readonly budgetMs: number;
  readonly span: TracingSpan | undefined;
}

/** How long and for whom a request is made. */
interface Wanted {
  readonly type: SignalType;
  readonly deadlineMs: number | undefined;
  readonly scope: Scope;
}

/** What a request is called in the words of those who use the SDK. */
const operations: ReadonlyMap<SignalType, SpanStart["operation"]> = new Map([
  [SignalType.TASK, "dispatch"],
  [SignalType.RECALL, "recall"],
  [SignalType.IMPRINT, "imprint"],
] as const);

/** Makes the requests of one Dendrite: tasks, recalls and imprints, in a scope (COS-TASK-021, COS-TRACE-017). */
export class Calls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Gives a task to a Neuron. What is wrong with the call is thrown; everything later is the Pathway's outcome. */
  dispatch<Output>(task: Dispatch, scope: Scope): Pathway<Output> {
    checkTask(task);
    const { input = null, context = {}, keepOpen = false, deadlineMs } = task;
    const value = { input: encodeJson(input, "INVALID_INPUT"), context: encodeJson(context, "INVALID_INPUT") };
    const draft: Outgoing = {
      directed: neuronAddress(task),
      body: { $case: "task", value },
      maxAttempts: task.maxAttempts ?? 0,
      meta: { ...task.meta },
      waitForRoute: writeDuration(task.waitForRouteMs),
      closeTrace: !keepOpen,
    };
    const prepared = this.#prepare(draft, { type: SignalType.TASK, deadlineMs, scope });
    const { signal } = prepared;
    const { pathway, feed } = this.#createPathway<Output>(signal, scope);
    let isOpen = scope.parentId !== "";
    const listener: AskListener = {
      accepted: () => {
        isOpen = true;
      },
      part: (part) => this.#takePart(feed, part),
      outcome: (outcome) => feed.end(settle<Output>(outcome, signal.id)),
      complete: () => undefined,
      failed: (error) => {
        if (!isOpen) this.#options.observer.traceClosed(signal.traceId);
        feed.end(error);
      },
    };
    this.#ask(prepared, listener, { scope, abort: task.abort });
    return pathway;
  }

  /** Asks the Engrams at an address, and combines what they answer. */
  recall(address: EngramAddress, options: RecallOptions, scope: Scope): Promise<RecallResult> {
    const { mode = "first", query, deadlineMs, abort } = options;
    const value = toRecallBody(options, mode);
    const directed = engramAddress(address, address.directedId === undefined);
    const draft: Outgoing = { directed, closeTrace: true, body: { $case: "recall", value } };
    const prepared = this.#prepare(draft, { type: SignalType.RECALL, deadlineMs, scope });
    const wait = new RecallWait({ mode, topK: query?.topK ?? 50, expected: address.directedId ?? "" });
    this.#ask(prepared, wait, { scope, abort });
    return wait.result;
  }

  /** Changes the Engram at an address, or with `all` each of them. */
  imprint(address: EngramAddress, options: ImprintOptions, scope: Scope): Promise<ImprintResult> {
    const { all: isForAll = false, awaitAck: isAwaited = true, deadlineMs, abort } = options;
    const { bus, onError } = this.#options;
    const id = bus.ids.signalId();
    const derivedId = scope.nextImprintId();
    const imprintId = options.imprintId ?? derivedId ?? id;
    const value = toImprintBody(options, imprintId);
    const directed = engramAddress(address, isForAll);
    const draft: Outgoing = { id, directed, closeTrace: true, body: { $case: "imprint", value } };
    const prepared = this.#prepare(draft, { type: SignalType.IMPRINT, deadlineMs, scope });
    const wait = new ImprintWait({ imprintId, isForAll, isAwaited, onError });
    this.#ask(prepared, wait, { scope, abort });
    return wait.result;
  }

  #prepare(draft: Outgoing, { type, deadlineMs, scope }: Wanted): Prepared {
    checkTimeMs("deadlineMs", deadlineMs);
    const ownMs = deadlineMs ?? signalTraits(type)?.timeoutMs ?? 0;
    const budgetMs = Math.max(1, Math.floor(Math.min(ownMs, scope.remainingMs())));
    const { traceId, parentId, source } = scope;
    const id = draft.id ?? this.#options.bus.ids.signalId();
    const span = this.#startSpan({ type, requestId: id, directed: draft.directed }, scope);
    const { traceparent, tracestate } = span?.header ?? scope;
    const place = { id, traceId, parentId, source, traceparent, tracestate };
    const closeTrace = draft.closeTrace === true && parentId === "";
    const signal = this.#options.bus.create({ ...draft, ...place, closeTrace, timeout: writeDuration(budgetMs) });
    return { signal, budgetMs, span };
  }

  #startSpan(
    { type, requestId, directed }: { type: SignalType; requestId: string; directed: Outgoing["directed"] },
    scope: Scope,
  ): TracingSpan | undefined {
    const { tracing, namespace } = this.#options;
    const operation = operations.get(type);
    if (tracing === undefined || operation === undefined) return undefined;
    const target = directed?.id || directed?.type || (directed?.capabilities ?? []).join(" ");
    const { traceId, attempt } = scope;
    return tracing.start({ operation, target, requestId, traceId, namespace, attempt, above: scope });
  }

  /** Sends a request, and notes it in its scope until no further outcome can come. */
  #ask(
    { signal, budgetMs, span }: Prepared,
    listener: AskListener,
    { scope, abort }: { scope: Scope; abort: AbortSignal | undefined },
  ): void {
    // Of several who are asked, some may fail: the request has failed if all do.
    let failure: CosmoError | undefined;
    let isAnswered = false;
    const ended = new Promise<void>((resolve) => {
      const tracked: AskListener = {
        accepted: (asked) => listener.accepted?.(asked),
        part: (reply, participant) => listener.part?.(reply, participant),
        outcome: (reply, participant) => {
          const error = errorOf(reply);
          if (error === undefined) isAnswered = true;
          else failure ??= error;
          listener.outcome(reply, participant);
        },
        complete: () => {
          span?.end(isAnswered ? undefined : failure);
          listener.complete();
          resolve();
        },
        failed: (error) => {
          span?.end(error);
          listener.failed(error);
          resolve();
        },
      };
      this.#options.asker.ask(signal, tracked, { attempt: scope.attempt, budgetMs, abort });
    });
    scope.track(ended);
  }

  #createPathway<Output>(
    { id, traceId }: Signal,
    scope: Scope,
  ): { pathway: Pathway<Output>; feed: PathwayFeed<Output> } {
    const { asker, bus, observer } = this.#options;
    if (scope.parentId === "") observer.traceOpened(traceId);
    return Pathway.create<Output>(
      { traceId, taskId: id },
      {
        consumed: (partials) => bus.session.credit({ requestId: id, partials, participant: "" }),
        stop: (reason) => asker.stop(id, reason),
        finish: async (failure) => {
          const status = failure === undefined ? FinalStatus.COMPLETED : FinalStatus.FAILED;
          await bus.send({ traceId, body: { $case: "final", value: { status, detail: failure?.detail } } });
        },
        watch: (abort) => observer.openTrace(traceId, abort),
      },
    );
  }

  /** A part that cannot be read ends the task: what follows would have a hole. */
  #takePart<Output>(feed: PathwayFeed<Output>, part: Signal): void {
    const taken = settle<Output>(part, part.parentId);
    if (taken instanceof CosmoError) this.#options.asker.giveUp(part.parentId, taken);
    else feed.part(taken);
  }
}

function settle<Output>(signal: Signal, taskId: string): Reply<Output> | CosmoError {
  if (signal.body?.$case !== "agentOutput") return errorOf(signal) ?? unreadable(signal);
  try {
    // The type of an output is the asker's claim; the wire only knows that it is JSON.
    const output = decodeJson(signal.body.value.output, null, "INVALID_OUTPUT") as Output;
    return { output, neuronId: signal.source, taskId, signal };
  } catch (thrown) {
    return toCosmoError(thrown, "INVALID_OUTPUT");
  }
}
