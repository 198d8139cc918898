import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import { Effect } from "../../gen/cosmonapse/v1/options.js";
import type { Content } from "../../gen/cosmonapse/v1/task.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, createErrorDetail, describeThrown, toCosmoError } from "../errors/index.js";
import type { Json, JsonObject } from "../foundation/index.js";
import type {
  ImprintOptions,
  ImprintResult,
  Neuron,
  NeuronTools,
  RecallOptions,
  RecallResult,
  SubTask,
  TaskHandle,
} from "../neuron/index.js";
import { bodyType, decodeJson, encodeJson, signalTypeName } from "../signal/index.js";
import { findBinding, type EngramBinding } from "./binding.js";

/** The outcome of a request, without its header. */
export type ReplyDraft =
  | { readonly $case: "agentOutput"; readonly output: Content }
  | { readonly $case: "error"; readonly detail: ErrorDetail };

/** What an Axon needs from whoever hosts it. */
export interface AxonHost {
  /** Fires when the request is not wanted any more. */
  readonly abort: AbortSignal;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** What is left of the request's time, milliseconds. */
  remainingMs(): number;
  /** Sends one part of the answer, in the order of the calls; resolves when the asker has room for more. */
  emit(output: Content): Promise<void>;
  /** Asks the Engrams of a binding. */
  recall(binding: EngramBinding, options: RecallOptions): Promise<RecallResult>;
  /** Changes the Engrams of a binding. */
  imprint(binding: EngramBinding, options: ImprintOptions): Promise<ImprintResult>;
  /** Gives a task to another Neuron, below this request. */
  dispatch<Answer>(task: SubTask): TaskHandle<Answer>;
}

/** A Neuron with all that its Axon knows of it. */
export interface Wrapped<Input, Output> {
  readonly neuron: Neuron<Input, Output>;
  readonly neuronId: string;
  readonly bindings: ReadonlyMap<string, EngramBinding>;
}

/** Runs a Neuron on one request; never rejects. */
export async function runNeuron<Input, Output>(
  wrapped: Wrapped<Input, Output>,
  request: Signal,
  host: AxonHost,
): Promise<ReplyDraft> {
  const { body } = request;
  if (body?.$case !== "task") {
    const type = body === undefined ? "this type" : signalTypeName(bodyType(body));
    const message = `'${wrapped.neuronId}' is a Neuron and does not answer ${type}`;
    return { $case: "error", detail: createErrorDetail("UNIMPLEMENTED", message, { requirement: "COS-TYPE-005" }) };
  }
  let given: Given<Input>;
  try {
    given = { input: readInput<Input>(body.value.input), context: readContext(body.value.context) };
  } catch (thrown) {
    return { $case: "error", detail: toCosmoError(thrown, "INVALID_INPUT").detail };
  }
  const found = new Set<unknown>();
  try {
    return { $case: "agentOutput", output: await new Run(wrapped, { request, host }, found).answer(given) };
  } catch (thrown) {
    return { $case: "error", detail: outcomeOf(thrown, found) };
  }
}

/** What a Neuron is called with. */
interface Given<Input> {
  readonly input: Input;
  readonly context: JsonObject;
}

/** One run of a Neuron. What the Axon finds wrong itself is put into `found`, to tell it from what the Neuron throws. */
class Run<Input, Output> {
  readonly #wrapped: Wrapped<Input, Output>;
  readonly #request: Signal;
  readonly #host: AxonHost;
  readonly #found: Set<unknown>;

  constructor(
    wrapped: Wrapped<Input, Output>,
    { request, host }: { request: Signal; host: AxonHost },
    found: Set<unknown>,
  ) {
    this.#wrapped = wrapped;
    this.#request = request;
    this.#host = host;
    this.#found = found;
  }

  async answer({ input, context }: Given<Input>): Promise<Content> {
    const result = this.#wrapped.neuron(input, context, this.#createTools());
    if (!isAsyncGenerator(result)) return this.#encode(await result);
    try {
      for (;;) {
        const step = await result.next();
        if (step.done === true) return this.#encode(step.value ?? null);
        await this.#emit(step.value);
      }
    } finally {
      await result.return(undefined);
    }
  }

  #createTools(): NeuronTools<Output> {
    const host = this.#host;
    const { id, traceId } = this.#request;
    return {
      recall: (name, options = {}) => unwatched(() => host.recall(this.#find(name), options)),
      imprint: (name, options) => unwatched(() => host.imprint(this.#find(name), options)),
      dispatch: (task) => host.dispatch(task),
      emit: (part) => unwatched(() => this.#emit(part)),
      abort: host.abort,
      task: {
        id,
        traceId,
        neuronId: this.#wrapped.neuronId,
        attempt: host.attempt,
        remainingMs: () => host.remainingMs(),
      },
    };
  }

  #find(name: string): EngramBinding {
    return this.#noting(() => findBinding(this.#wrapped.bindings, name));
  }

  #encode(output: unknown): Content {
    return this.#noting(() => encodeJson(output, "INVALID_OUTPUT"));
  }

  #emit(part: Output): Promise<void> {
    return this.#host.emit(this.#encode(part)).catch((thrown: unknown) => {
      this.#found.add(thrown);
      throw thrown;
    });
  }

  #noting<T>(act: () => T): T {
    try {
      return act();
    } catch (thrown) {
      this.#found.add(thrown);
      throw thrown;
    }
  }
}

/** Begins at once. A Neuron need not await what it asks for: a failure that it does not look at ends no process. */
function unwatched<T>(begin: () => Promise<T>): Promise<T> {
  const begun = (async () => begin())();
  begun.catch(() => undefined);
  return begun;
}

function readInput<Input>(content: Content | undefined): Input {
  // The type of a Neuron's input is its author's claim; the wire only knows that it is JSON.
  return decodeJson(content, null, "INVALID_INPUT") as Input;
}

function readContext(content: Content | undefined): JsonObject {
  const context: Json = decodeJson(content, {}, "INVALID_INPUT");
  if (isObject(context)) return context;
  const options = { field: "task.context", requirement: "COS-CONT-005" };
  throw new CosmoError("INVALID_INPUT", "The context of a TASK is a JSON object", options);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAsyncGenerator<Output>(result: unknown): result is AsyncGenerator<Output, Output | void, void> {
  return typeof result === "object" && result !== null && Symbol.asyncIterator in result && "next" in result;
}

/**
 * What the Axon found wrong keeps its code, and so does the INVALID_INPUT of a Neuron that refuses what it was given. All
 * else that it throws is NEURON_FAILED: another code would speak of something it used. It had begun, so nobody can say
 * that nothing was done (COS-TASK-015, COS-ERR-003).
 */
function outcomeOf(thrown: unknown, found: ReadonlySet<unknown>): ErrorDetail {
  const isOwn = thrown instanceof CosmoError && (found.has(thrown) || thrown.code === "INVALID_INPUT");
  if (isOwn) return { ...thrown.detail, effect: Effect.UNKNOWN };
  return createErrorDetail("NEURON_FAILED", describeThrown(thrown), { requirement: "COS-TASK-015" });
}
