import type { JsonObject, Reply } from "../control/messages.js";
import { SuiteError } from "../ground/suite-error.js";
import { Finding } from "../run/verdict.js";
import type { Guest } from "../stand-in/guest.js";
import type { Knowledge } from "../stand-in/knowledge.js";
import { buildSignal } from "../synapse/build-signal.js";
import type { Data, DataObject, Step } from "../synapse/case-file.js";
import { differ } from "../synapse/match.js";
import { object, text } from "../synapse/read-step.js";
import { objectOf, toValue } from "../synapse/read-value.js";
import { isData, isDataList, resolveObject, type Names } from "../synapse/resolve.js";
import { decodeMessage } from "../wire/decode.js";
import { isObject, type Value, type ValueObject } from "../wire/value.js";

/** What the steps of a case play on. */
export interface ObserverStage {
  readonly guest: Guest;
  readonly knowledge: Knowledge;
  /** What the observer asked for: its Subscribe. */
  readonly subscribe: ValueObject;
  /** Asks the harness for so many of the next observations. */
  readonly watch: (count: number) => Promise<Reply>;
}

const names: Names = new Map();
const signalName = "cosmonapse.v1.Signal";

function subscriptionOf({ subscribe }: ObserverStage): Value {
  return subscribe["subscription_id"] ?? "";
}

/** `show`: a Signal is observed, or a REGISTER is of the snapshot. */
function show(stage: ObserverStage, step: DataObject): void {
  const { position = 0 } = step;
  const given = object(step, "signal");
  const signal = buildSignal({ source: text(given, "source") ?? "one", given, names });
  const note = resolveObject(object(step, "note"), names);
  stage.guest.deliver(signal, {
    reason: text(step, "reason") ?? "OBSERVED",
    position: BigInt(typeof position === "number" ? position : 0),
    subscription_id: subscriptionOf(stage),
    ...note,
  });
}

/** `live`: the snapshot is complete, and what follows has this position or a later one. */
function live(stage: ObserverStage, position: Data): void {
  const from = BigInt(typeof position === "number" ? position : 1);
  stage.guest.send({ live: { subscription_id: subscriptionOf(stage), position: from } }, "live");
}

/** `rejected`: the subscription is refused. */
function rejected(stage: ObserverStage, detail: DataObject): void {
  const rejection = resolveObject(detail, names);
  stage.guest.send({ live: { subscription_id: subscriptionOf(stage), rejection } }, "live");
}

/** `gap`: Signals are missing. */
function gap(stage: ObserverStage, missing: DataObject): void {
  stage.guest.send({ gap: { subscription_id: subscriptionOf(stage), ...resolveObject(missing, names) } }, "gap");
}

/** `subscribed`: what was asked for is so. */
function subscribed(stage: ObserverStage, pattern: DataObject): void {
  // A filter that is left out is one without a part.
  const found = differ(pattern, { filter: {}, ...stage.subscribe }, names);
  if (found !== undefined) throw new Finding("failed", found);
}

/** `sees`: these are the next observations. Signals are read from the bytes that the observer gives. */
async function sees(stage: ObserverStage, patterns: Data): Promise<void> {
  const wanted = isDataList(patterns) ? patterns : [];
  const { watched, refusal } = await stage.guest.orEnd(stage.watch(wanted.length), "observations");
  if (watched === undefined)
    throw new Finding("failed", `it was to observe, and it said ${refusal?.code ?? "nothing"}`);
  const seen = watched.observations.map((one) => read(stage, one));
  for (const [index, pattern] of wanted.entries()) {
    const { bytes: tail, ...rest } = isData(pattern) ? pattern : {};
    const found = differ(rest, seen[index], names) ?? differTail(tail, seen[index]);
    if (found !== undefined) throw new Finding("failed", `observation ${index + 1}: ${found}`);
  }
}

function read({ knowledge }: ObserverStage, observation: JsonObject): ValueObject {
  const { bytes, ...rest } = observation;
  const plain = objectOf(toValue(rest));
  if (typeof bytes !== "string") return plain;
  const encoded = new Uint8Array(Buffer.from(bytes, "base64"));
  return { ...plain, bytes: encoded, signal: decodeMessage(knowledge.schema, signalName, encoded) };
}

/** What the observer does not know stays in the bytes, which it writes as it read them. */
function differTail(pattern: Data | undefined, seen: Value | undefined): string | undefined {
  if (!isData(pattern ?? null)) return undefined;
  const wanted = text(isData(pattern) ? pattern : {}, "$ends")?.replace(/ /g, "") ?? "";
  const bytes = isObject(seen) ? seen["bytes"] : undefined;
  const hex = bytes instanceof Uint8Array ? Buffer.from(bytes).toString("hex") : "";
  return hex.includes(wanted) ? undefined : `its bytes ${hex} do not hold ${wanted}`;
}

/** `refuses`: the observation ends with this code. */
async function refuses(stage: ObserverStage, code: Data): Promise<void> {
  const { refusal } = await stage.guest.orEnd(stage.watch(1), "a refusal");
  if (refusal === undefined) throw new Finding("failed", `it was to fail with ${JSON.stringify(code)}, and it did not`);
  if (refusal.code !== code) throw new Finding("wrong-reason", `it failed with ${refusal.code}`);
}

/** `heard`: a frame of that kind comes, and is so. */
async function heard(stage: ObserverStage, pattern: DataObject): Promise<void> {
  const isIt = (frame: ValueObject): boolean => differ(pattern, frame, names) === undefined;
  await stage.guest.orEnd(stage.guest.frames.take(isIt), JSON.stringify(pattern));
}

type Verb = (stage: ObserverStage, given: Data) => Promise<void> | void;

function ofObject(play: (stage: ObserverStage, step: DataObject) => Promise<void> | void): Verb {
  return (stage, given) => play(stage, isData(given) ? given : {});
}

const verbs: Readonly<Record<string, Verb>> = {
  show: ofObject(show),
  live,
  rejected: ofObject(rejected),
  gap: ofObject(gap),
  subscribed: ofObject(subscribed),
  sees,
  refuses,
  heard: ofObject(heard),
  frame: ofObject((stage, frame) => stage.guest.send(resolveObject(frame, names))),
  lose: (stage, session) => stage.guest.lose(session === "resumed" ? "resumed" : "new"),
};

/** Plays a step. Rejects with a Finding that names it if it does not hold. */
export async function playObserverStep(stage: ObserverStage, step: Step, number: number): Promise<void> {
  const [verb = "", given = null] = Object.entries(step)[0] ?? [];
  const play = verbs[verb];
  if (play === undefined) throw new SuiteError(`step ${number}: ${verb} is no verb of an observer`);
  try {
    await play(stage, given);
  } catch (thrown) {
    if (thrown instanceof Finding) throw new Finding(thrown.verdict, `step ${number}, ${verb}: ${thrown.message}`);
    throw thrown;
  }
}
