import { performance } from "node:perf_hooks";
import { Dendrite } from "../../dendrite/index.js";
import { CosmoError, toCosmoError } from "../../errors/index.js";
import type { Json, JsonObject } from "../../foundation/index.js";
import type { Pathway } from "../../pathway/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { joinSynapse } from "../core/join.js";
import type { Output } from "../core/output.js";
import { readInput } from "./read-input.js";

interface DispatchFlags extends BusFlags {
  readonly neuron?: string;
  readonly capabilities?: string;
  readonly input: string;
  readonly context?: string;
  readonly stream?: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds. */
  readonly wait?: number;
  readonly maxAttempts?: number;
  readonly trace?: boolean;
}

/** `cosmo dispatch`: gives one task to a Neuron, and prints its answer. An interrupt stops the task. */
export async function run({ options, output, terminal, abort }: Call<DispatchFlags>): Promise<undefined> {
  const { neuron, capabilities, wait, maxAttempts } = options;
  if (neuron === undefined && capabilities === undefined) {
    throw new CliError("INVALID_ARGUMENT", "Nobody was named: give --neuron or --capabilities", {
      hint: "`cosmo registry list` shows who is there.",
    });
  }
  const input = await readInput("input", options.input, terminal.stdin);
  const context = await readContext(options, terminal);
  await using synapse = await joinSynapse(options, terminal, abort);
  await using dendrite = new Dendrite({ synapse, namespace: options.namespace, role: "orchestrator" });
  await dendrite.start();
  const began = performance.now();
  const pathway = dendrite.dispatch({
    input,
    abort,
    deadlineMs: options.timeout,
    ...(neuron === undefined ? {} : { neuron }),
    ...(capabilities === undefined ? {} : { capabilities: readList(capabilities) }),
    ...(context === undefined ? {} : { context }),
    ...(wait === undefined ? {} : { waitForRouteMs: wait }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
  });
  if (options.trace === true) output.note(`trace ${pathway.traceId} · task ${pathway.taskId}`);
  try {
    await follow(pathway, output, { stream: options.stream === true, began });
  } catch (thrown) {
    throw await nameThoseThere(toCosmoError(thrown, "INTERNAL"), dendrite);
  } finally {
    if (options.stream === true) await output.endRecords();
  }
  return undefined;
}

async function readContext({ context }: DispatchFlags, { stdin }: Call["terminal"]): Promise<JsonObject | undefined> {
  if (context === undefined) return undefined;
  const value = await readInput("context", context, stdin);
  if (isObject(value)) return value;
  throw new CliError("INVALID_ARGUMENT", "--context is no JSON object", {
    field: "context",
    hint: "Put anything else into --input.",
  });
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readList(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

async function follow(
  pathway: Pathway,
  output: Output,
  { stream, began }: { readonly stream: boolean; readonly began: number },
): Promise<void> {
  if (stream) for await (const part of pathway) await output.record({ part: part.output }, () => showText(part.output));
  const reply = await pathway.outcome;
  const tookMs = Math.round((performance.now() - began) * 10) / 10;
  const { traceId: trace, taskId: task } = pathway;
  const value = { output: reply.output, neuron: reply.neuronId, trace, task, took_ms: tookMs };
  const text = (): string => showText(reply.output);
  if (!stream) return output.result(value, text);
  await output.record(value, text);
}

/** A string as it is, anything else as JSON for people. */
function showText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
}

/** An error of routing that names the Neurons that are there, also where the Synapse does not. */
async function nameThoseThere(error: CosmoError, dendrite: Dendrite): Promise<CosmoError> {
  if (error.code !== "UNROUTABLE" || error.detail.available.length > 0) return error;
  const there = await dendrite.registry().catch(() => []);
  const available = there.filter(({ role }) => role === "neuron").map(({ id }) => id);
  return available.length === 0 ? error : new CosmoError({ ...error.detail, available });
}
