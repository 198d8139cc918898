import type { Json, JsonObject } from "../foundation/index.js";
import type { Imprint, Recall } from "./memory.js";

/** What a Neuron answered. */
export interface TaskReply<Output = Json> {
  /** The answer. */
  readonly output: Output;
  /** The id of the Neuron that gave it. */
  readonly neuronId: string;
  /** The id of the TASK that it answers. */
  readonly taskId: string;
}

/** A task that was given to another Neuron: await it for its answer, iterate it for the parts that come before. */
export interface TaskHandle<Output = Json> extends PromiseLike<TaskReply<Output>>, AsyncIterable<TaskReply<Output>> {
  /** The trace that the task belongs to. */
  readonly traceId: string;
  /** The id of the TASK. */
  readonly taskId: string;
  /** Ends the task and all below it. Resolves when the Synapse knows. */
  stop(reason?: string): Promise<void>;
}

/** A task for another Neuron: by its id, or by what it must be capable of. */
export interface SubTask {
  /** The id of the Neuron. */
  readonly neuron?: string;
  /** What the Neuron must be capable of: all of these. */
  readonly capabilities?: readonly string[];
  /** What the Neuron is called with. Default: null. */
  readonly input?: Json;
  /** What the Neuron is told beside its input. Default: `{}`. */
  readonly context?: JsonObject;
  /** How long the task has, milliseconds. Default: 60,000; never more than the asking task has left. */
  readonly deadlineMs?: number;
  /** How many workers may be tried when one is lost. Default: 1, or 10 for a Neuron that is `retrySafe`. */
  readonly maxAttempts?: number;
  /** How long to wait for someone to serve the address, milliseconds. Default: not at all. */
  readonly waitForRouteMs?: number;
  /** Annotations without semantics. */
  readonly meta?: Readonly<Record<string, string>>;
  /** Stops the task. */
  readonly abort?: AbortSignal;
}

/** What a Neuron may know of the task that it works on. */
export interface TaskInfo {
  /** The id of the TASK. */
  readonly id: string;
  /** Its trace. */
  readonly traceId: string;
  /** The id under which the Neuron was called. */
  readonly neuronId: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** What is left of the task's time, milliseconds. */
  remainingMs(): number;
}

/** What a Neuron is given beside input and context. */
export interface NeuronTools<Output = Json> {
  /** Finds entries in a memory that the Axon binds. */
  readonly recall: Recall;
  /** Changes a memory that the Axon binds. */
  readonly imprint: Imprint;
  /** Gives a task to another Neuron, in the trace of this one and below it. */
  readonly dispatch: <Answer = Json>(task: SubTask) => TaskHandle<Answer>;
  /** Sends a part of the answer. Resolves when the asker has room for more. */
  readonly emit: (part: Output) => Promise<void>;
  /** Fires when the task is stopped, cancelled or out of time; what is answered then is discarded. */
  readonly abort: AbortSignal;
  /** The task itself. */
  readonly task: TaskInfo;
}

/** What a Neuron may return: its answer, or a generator whose yields are parts and whose return is the answer. */
export type NeuronResult<Output> = Output | Promise<Output> | AsyncGenerator<Output, Output | void, void>;

/**
 * A plain function that knows nothing of the protocol. Its input, context, parts and answer are JSON. What it throws
 * becomes the outcome NEURON_FAILED. An async generator that returns nothing answers null.
 */
export type Neuron<Input = Json, Output = Json> = (
  input: Input,
  context: JsonObject,
  tools: NeuronTools<Output>,
) => NeuronResult<Output>;
