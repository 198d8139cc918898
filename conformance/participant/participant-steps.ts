import { SuiteError } from "../ground/suite-error.js";
import { Finding } from "../run/verdict.js";
import type { Guest, Published } from "../stand-in/guest.js";
import { buildSignal } from "../synapse/build-signal.js";
import type { Data, DataObject, Step } from "../synapse/case-file.js";
import { differ } from "../synapse/match.js";
import { objectOf, textOf } from "../synapse/read-value.js";
import { count, mustText, object, text } from "../synapse/read-step.js";
import { isData, resolveObject, type Saved } from "../synapse/resolve.js";
import type { ValueObject } from "../wire/value.js";

/** What the steps of a case play on. */
export interface ParticipantStage {
  readonly guest: Guest;
  readonly names: Map<string, Saved>;
}

const asker = "the-runner";
const nothing = new Uint8Array();

function saved({ names }: ParticipantStage, name: string): Saved {
  const found = names.get(name);
  if (found === undefined) throw new SuiteError(`nothing was saved as ${name}`);
  return found;
}

function save({ names }: ParticipantStage, step: DataObject, signal: ValueObject): void {
  const name = text(step, "save");
  const { id, trace_id: trace, source: participant } = signal;
  if (name === undefined) return;
  names.set(name, {
    id: textOf(id),
    trace: textOf(trace),
    participant: textOf(participant),
    bytes: nothing,
    attempt: 0,
  });
}

/** `give`: a request is delivered as work for a Neuron. */
function give(stage: ParticipantStage, step: DataObject): void {
  const to = mustText(step, "to");
  const signal = buildSignal({ source: asker, given: { to, ...object(step, "signal") }, names: stage.names });
  const note = resolveObject(object(step, "note"), stage.names);
  stage.guest.deliver(signal, { reason: "WORK", attempt: 1, remaining: "30s", participant: to, ...note });
  save(stage, step, signal);
}

function check(stage: ParticipantStage, step: DataObject, { signal, attempt }: Published): void {
  const wanted = count(step, "attempt");
  if (wanted !== undefined && wanted !== attempt) {
    throw new Finding(
      "failed",
      `COS-RED-011: it was to be sent under the attempt ${wanted}, and it was under ${attempt}`,
    );
  }
  const { error: wantedError } = object(step, "signal");
  const found = differ(object(step, "signal"), signal, stage.names);
  if (found === undefined) return;
  const isOther = wantedError !== undefined && signal["error"] !== undefined;
  throw new Finding(isOther ? "wrong-reason" : "failed", found);
}

/** `answer`: the REPLY to a request comes, and is so. */
async function answer(stage: ParticipantStage, step: DataObject): Promise<void> {
  const { id, trace } = saved(stage, mustText(step, "of"));
  const got = await stage.guest.orEnd(
    stage.guest.signals.take(({ signal }) => signal["exchange"] === "REPLY" && signal["parent_id"] === id),
    `the answer to ${id}`,
  );
  if (got.signal["trace_id"] !== trace) throw new Finding("failed", "COS-ENV-005: the answer is of another trace");
  const { detail } = objectOf(got.signal["error"]);
  const { participant } = objectOf(detail);
  if (participant !== undefined) throw new Finding("failed", `COS-ERR-010: an error names ${textOf(participant)}`);
  check(stage, step, got);
}

/** `part`: the next PARTIAL of a request comes, and is so. */
async function part(stage: ParticipantStage, step: DataObject): Promise<void> {
  const { id } = saved(stage, mustText(step, "of"));
  const got = await stage.guest.orEnd(
    stage.guest.signals.take(({ signal }) => signal["exchange"] === "PARTIAL" && signal["parent_id"] === id),
    `a PARTIAL of ${id}`,
  );
  check(stage, step, got);
}

/** `silent`: no PARTIAL of a request is there. What came before it was waited for by an answer. */
function silent(stage: ParticipantStage, name: string): void {
  const { id } = saved(stage, name);
  const stray = stage.guest.signals.there.find(
    ({ signal }) => signal["exchange"] === "PARTIAL" && signal["parent_id"] === id,
  );
  if (stray !== undefined) throw new Finding("failed", `a PARTIAL of ${id} came that was not to come`);
}

/** `says`: a Signal with that body comes, `below` a request or not, and is so. */
async function says(stage: ParticipantStage, step: DataObject): Promise<void> {
  const [body, below] = [mustText(step, "body"), text(step, "below")];
  const above = below === undefined ? undefined : saved(stage, below);
  const got = await stage.guest.orEnd(
    stage.guest.signals.take(
      ({ signal }) => signal[body] !== undefined && (above === undefined || signal["trace_id"] === above.trace),
    ),
    body,
  );
  check(stage, step, got);
  save(stage, step, got.signal);
}

/** `reply`: what it asked for is answered. */
function reply(stage: ParticipantStage, step: DataObject): void {
  const re = saved(stage, mustText(step, "to"));
  const given = { source: "other", ...object(step, "signal") };
  const signal = buildSignal({ source: "other", given, re, names: stage.names });
  stage.guest.deliver({ ...signal, source: "other" }, { reason: "REPLY", participant: "other" });
}

/** `stop`: the work on a request ends. */
function stop(stage: ParticipantStage, name: string): void {
  const { id, trace } = saved(stage, name);
  const signal = buildSignal({
    source: asker,
    given: { stop: {}, trace_id: trace, parent_id: id },
    names: stage.names,
  });
  stage.guest.deliver(signal, { reason: "STOP", request_id: id });
}

/** `credit`: more PARTIALs may be sent. */
function credit(stage: ParticipantStage, step: DataObject): void {
  const { id } = saved(stage, mustText(step, "of"));
  stage.guest.send({ credit: { request_id: id, partials: count(step, "partials") ?? 0 } }, "credit");
}

/** `heard`: a frame of that kind comes, and is so. */
async function heard(stage: ParticipantStage, pattern: DataObject): Promise<void> {
  const [kind = ""] = Object.keys(pattern);
  const got = await stage.guest.orEnd(
    stage.guest.frames.take((frame) => frame[kind] !== undefined && differ(pattern, frame, stage.names) === undefined),
    kind,
  );
  check(stage, { signal: pattern }, { signal: got, attempt: 0, bytes: nothing });
}

type Verb = (stage: ParticipantStage, given: Data) => Promise<void> | void;

function ofObject(play: (stage: ParticipantStage, step: DataObject) => Promise<void> | void): Verb {
  return (stage, given) => play(stage, isData(given) ? given : {});
}

function ofName(play: (stage: ParticipantStage, name: string) => void): Verb {
  return (stage, given) => play(stage, typeof given === "string" ? given : "");
}

const verbs: Readonly<Record<string, Verb>> = {
  give: ofObject(give),
  answer: ofObject(answer),
  part: ofObject(part),
  says: ofObject(says),
  reply: ofObject(reply),
  credit: ofObject(credit),
  heard: ofObject(heard),
  frame: ofObject((stage, frame) => stage.guest.send(resolveObject(frame, stage.names))),
  stop: ofName(stop),
  silent: ofName(silent),
};

/** Plays a step. Rejects with a Finding that names it if it does not hold. */
export async function playStep(stage: ParticipantStage, step: Step, number: number): Promise<void> {
  const [verb, given] = Object.entries(step)[0] ?? ["", null];
  try {
    await verbs[verb]?.(stage, given);
  } catch (thrown) {
    if (thrown instanceof Finding) throw new Finding(thrown.verdict, `step ${number}, ${verb}: ${thrown.message}`);
    throw thrown;
  }
}
