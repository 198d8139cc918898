import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { Content } from "../../gen/cosmonapse/v1/task.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, createErrorDetail, toCosmoError } from "../errors/index.js";
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
  | { readonly $case: "agentOutput"; readonly output: Content; readonly parts: number }
  | { readonly $case: "error"; readonly detail: ErrorDetail };

/** What an Axon needs from whoever hosts it. */
export interface AxonHost {
  /** Fires when the request is not wanted any more. */
  readonly abort: AbortSignal;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** What is left of the request's time, milliseconds. */
  remainingMs(): number;
  /** Sends one part of the answer, number `part` from 1; resolves when the asker has room for more. */
  emit(output: Content, part: number): Promise<void>;
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

// What a Neuron throws with one of these codes is its own outcome; any other code speaks of something it used.
const ownCodes = new Set(["NEURON_FAILED", "INVALID_INPUT", "INVALID_OUTPUT", "UNKNOWN_BINDING", "INVALID_ARGUMENT"]);

/** Runs a Neuron on one request; never rejects. */
export async function runNeuron<Input, Output>(
  wrapped: Wrapped<Input, Output>,
  request: Signal,
  host: AxonHost,
): Promise<ReplyDraft> {
  if (request.body?.$case !== "task") {
    const type = request.body === undefined ? "this type" : signalTypeName(bodyType(request.body));
    const message = `'${wrapped.neuronId}' is a Neuron and does not answer ${type}`;
    return { $case: "error", detail: createErrorDetail("UNIMPLEMENTED", message, { requirement: "COS-TYPE-005" }) };
  }
  try {
    const { input, context } = request.body.value;
    return await answer(wrapped, { request, host }, [readInput<Input>(input), readContext(context)]);
  } catch (thrown) {
    return { $case: "error", detail: outcomeOf(thrown) };
  }
}

async function answer<Input, Output>(
  wrapped: Wrapped<Input, Output>,
  { request, host }: { request: Signal; host: AxonHost },
  [input, context]: readonly [Input, JsonObject],
): Promise<ReplyDraft> {
  let parts = 0;
  const emit = (part: Output): Promise<void> => {
    const output = encodeOutput(part);
    parts += 1;
    return host.emit(output, parts);
  };
  const tools = createTools(wrapped, { request, host }, emit);
  const result = wrapped.neuron(input, context, tools);
  if (!isAsyncGenerator(result)) {
    const output = encodeOutput(await result);
    return { $case: "agentOutput", output, parts };
  }
  try {
    for (;;) {
      const step = await result.next();
      if (step.done === true) return { $case: "agentOutput", output: encodeOutput(step.value ?? null), parts };
      await emit(step.value);
    }
  } finally {
    await result.return(undefined);
  }
}

function createTools<Input, Output>(
  { neuronId, bindings }: Wrapped<Input, Output>,
  { request, host }: { request: Signal; host: AxonHost },
  emit: (part: Output) => Promise<void>,
): NeuronTools<Output> {
  return {
    recall: async (name, options = {}) => host.recall(findBinding(bindings, name), options),
    imprint: async (name, options) => host.imprint(findBinding(bindings, name), options),
    dispatch: (task) => host.dispatch(task),
    emit: async (part) => emit(part),
    abort: host.abort,
    task: {
      id: request.id,
      traceId: request.traceId,
      neuronId,
      attempt: host.attempt,
      remainingMs: () => host.remainingMs(),
    },
  };
}

function readInput<Input>(content: Content | undefined): Input {
  // The type of a Neuron's input is its author's claim; the wire only knows that it is JSON.
  return decodeJson(content, null, "INVALID_INPUT") as Input;
}

function readContext(content: Content | undefined): JsonObject {
  const context: Json = decodeJson(content, {}, "INVALID_INPUT");
  if (isObject(context)) return context;
  throw new CosmoError("INVALID_INPUT", "The context of a TASK is a JSON object", { field: "task.context" });
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function encodeOutput(output: unknown): Content {
  return encodeJson(output, "INVALID_OUTPUT");
}

function isAsyncGenerator<Output>(result: unknown): result is AsyncGenerator<Output, Output | void, void> {
  return typeof result === "object" && result !== null && Symbol.asyncIterator in result && "next" in result;
}

function outcomeOf(thrown: unknown): ErrorDetail {
  const error = toCosmoError(thrown, "NEURON_FAILED");
  if (ownCodes.has(error.code)) return error.detail;
  return createErrorDetail("NEURON_FAILED", error.message, { cause: thrown });
}
