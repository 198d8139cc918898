import { FinalStatus } from "../../gen/cosmonapse/v1/task.js";
import { Fanout, SignalType, type Address, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { toImprintBody, toRecallBody } from "../engram/index.js";
import { CosmoError, toCosmoError, writeDuration } from "../errors/index.js";
import type { Json, JsonObject } from "../foundation/index.js";
import type { ImprintOptions, ImprintResult, RecallOptions, RecallResult, SubTask } from "../neuron/index.js";
import { Pathway, type Observation, type PathwayFeed, type Reply } from "../pathway/index.js";
import { decodeJson, encodeJson, signalTraits } from "../signal/index.js";
import type { Asker, AskListener } from "./asker.js";
import type { Bus, Outgoing } from "./bus.js";
import { ImprintWait } from "./imprint-wait.js";
import { errorOf, unreadable } from "./outcome.js";
import { RecallWait } from "./recall-wait.js";
import { eitherAbort, type Scope } from "./scope.js";

/** Which Engrams a call is for: give one of the two. */
export interface EngramAddress {
  /** The id of the Engram. */
  readonly directedId?: string | undefined;
  /** The kind of the Engrams. */
  readonly directedType?: string | undefined;
}

/** A task, and what becomes of its trace. */
export interface Dispatch extends SubTask {
  /** True: the trace stays open after the answer, until `finish`. Default: it closes with the answer. */
  readonly keepOpen?: boolean;
}

/** What calls are made with. */
export interface CallsOptions {
  readonly bus: Bus;
  readonly asker: Asker;
  /** Watches one trace. */
  readonly watch: (traceId: string, abort: AbortSignal | undefined) => AsyncIterable<Observation>;
  /** Takes errors that nobody waits for. */
  readonly onError: (error: CosmoError) => void;
}


/** Makes the requests of one Dendrite: tasks, recalls and imprints, in a scope. */
export class Calls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Gives a task to a Neuron. What is wrong with the call is thrown; everything later is the Pathway's outcome. */
  dispatch<Output>(task: Dispatch, scope: Scope): Pathway<Output> {
    const { input = null, context = {}, keepOpen = false } = task;
    const value = { input: encodeJson(input, "INVALID_INPUT"), context: encodeJson(context, "INVALID_INPUT") };
    const draft: Outgoing = {
      directed: neuronAddress(task),
      body: { $case: "task", value },
      maxAttempts: task.maxAttempts ?? 0,
      meta: { ...task.meta },
      waitForRoute: writeDuration(task.waitForRouteMs),
      closeTrace: scope.parentId === "" && !keepOpen,
    };
    const { signal, budgetMs } = this.#request(draft, task.deadlineMs, scope);
    const { pathway, feed } = this.#createPathway<Output>(signal, scope);
    const listener: AskListener = {
      accepted: () => undefined,
      part: (reply) => feed.part(readReply<Output>(reply, signal.id)),
      outcome: (reply) => settle(feed, reply, signal.id),
      complete: () => undefined,
      failed: (error) => feed.end(error),
    };
    const ended = this.#ask(signal, listener, { budgetMs, scope, abort: task.abort });
    scope.track(ended);
    return pathway;
  }

  /** Asks the Engrams at an address, and combines what they answer. */
  recall(address: EngramAddress, options: RecallOptions, scope: Scope): Promise<RecallResult> {
    const { mode = "first", query } = options;
    const value = toRecallBody(options, mode);
    const directed = engramAddress(address, address.directedId === undefined);
    const made = this.#request({ directed, closeTrace: scope.parentId === "", body: { $case: "recall", value } }, options.deadlineMs, scope);
    const wait = new RecallWait({ mode, topK: query?.topK ?? 50, expected: address.directedId ?? "" });
    scope.track(this.#ask(made.signal, wait, { budgetMs: made.budgetMs, scope, abort: options.abort }));
    return wait.result;
  }

  /** Changes the Engram at an address, or with `all` each of them. */
  imprint(address: EngramAddress, options: ImprintOptions, scope: Scope): Promise<ImprintResult> {
    const { all = false, awaitAck = true } = options;
    const id = this.#options.bus.ids.signalId();
    const imprintId = options.imprintId ?? scope.nextImprintId() ?? id;
    const value = toImprintBody(options, imprintId);
    const directed = engramAddress(address, all);
    const made = this.#request({ id, directed, closeTrace: scope.parentId === "", body: { $case: "imprint", value } }, options.deadlineMs, scope);
    const wait = new ImprintWait({
      imprintId,
      isForAll: all,
      isAwaited: awaitAck,
      onError: this.#options.onError,
    });
    scope.track(this.#ask(made.signal, wait, { budgetMs: made.budgetMs, scope, abort: options.abort }));
    return wait.result;
  }

  #request(draft: Outgoing, deadlineMs: number | undefined, scope: Scope): { signal: Signal; budgetMs: number } {
    const { bus } = this.#options;
    if (deadlineMs !== undefined && !(deadlineMs >= 1)) {
      throw new CosmoError("INVALID_ARGUMENT", `deadlineMs is at least 1, not ${deadlineMs}`);
    }
    const type = draft.body === undefined ? undefined : requestTypes[draft.body.$case];
    const ownMs = deadlineMs ?? signalTraits(type ?? SignalType.TASK)?.timeoutMs ?? 0;
    const budgetMs = Math.max(1, Math.floor(Math.min(ownMs, scope.remainingMs())));
    const { traceId, parentId, source, traceparent } = scope;
    const signal = bus.create({ ...draft, traceId, parentId, source, traceparent, timeout: writeDuration(budgetMs) });
    return { signal, budgetMs };
  }

  /** Sends a request; resolves when no further outcome can come. */
  #ask(
    signal: Signal,
    listener: AskListener,
    { budgetMs, scope, abort }: { budgetMs: number; scope: Scope; abort: AbortSignal | undefined },
  ): Promise<void> {
    return new Promise((resolve) => {
      const tracked: AskListener = {
        accepted: (asked) => listener.accepted(asked),
        part: (reply, participant) => listener.part?.(reply, participant),
        outcome: (reply, participant) => listener.outcome(reply, participant),
        complete: () => {
          listener.complete();
          resolve();
        },
        failed: (error) => {
          listener.failed(error);
          resolve();
        },
      };
      const options = { attempt: scope.attempt, budgetMs, abort: eitherAbort(scope.abort, abort) };
      this.#options.asker.ask(signal, tracked, options);
    });
  }

  #createPathway<Output>({ id, traceId }: Signal, scope: Scope): { pathway: Pathway<Output>; feed: PathwayFeed<Output> } {
    const { asker, bus, watch } = this.#options;
    return Pathway.create<Output>(
      { traceId, taskId: id },
      {
        consumed: (partials) => bus.session.credit({ requestId: id, partials, participant: "" }),
        stop: (reason) => asker.stop(id, reason),
        finish: async (status) => {
          if (scope.parentId !== "") throw new CosmoError("INVALID_ARGUMENT", "Only who opened a trace finishes it");
          await bus.send({ traceId, body: { $case: "final", value: { status, detail: undefined } } });
        },
        watch: (abort) => watch(traceId, abort),
      },
    );
  }
}

const requestTypes: Readonly<Record<string, SignalType>> = {
  task: SignalType.TASK,
  recall: SignalType.RECALL,
  imprint: SignalType.IMPRINT,
};

function neuronAddress({ neuron = "", capabilities = [] }: Dispatch): Address {
  if (neuron === "" && capabilities.length === 0) {
    throw new CosmoError("INVALID_ARGUMENT", "A task names its neuron or the capabilities that it needs");
  }
  return { id: neuron, type: "", capabilities: [...capabilities], fanout: Fanout.ONE };
}

function engramAddress({ directedId = "", directedType = "" }: EngramAddress, isForAll: boolean): Address {
  if ((directedId === "") === (directedType === "")) {
    throw new CosmoError("INVALID_ARGUMENT", "An Engram is addressed by directedId or by directedType");
  }
  return { id: directedId, type: directedType, capabilities: [], fanout: isForAll ? Fanout.ALL : Fanout.ONE };
}

function readReply<Output>(signal: Signal, taskId: string): Reply<Output> {
  if (signal.body?.$case !== "agentOutput") throw errorOf(signal) ?? unreadable(signal);
  // The type of an output is the asker's claim; the wire only knows that it is JSON.
  const output = decodeJson(signal.body.value.output, null, "INVALID_OUTPUT") as Output;
  return { output, neuronId: signal.source, taskId, signal };
}

function settle<Output>(feed: PathwayFeed<Output>, reply: Signal, taskId: string): void {
  try {
    feed.end(readReply<Output>(reply, taskId));
  } catch (thrown) {
    feed.end(toCosmoError(thrown, "INTERNAL"));
  }
}
