import { SuiteError } from "../ground/suite-error.js";
import { Finding } from "../run/verdict.js";
import type { Guest, Published } from "../stand-in/guest.js";
import { buildSignal } from "../synapse/build-signal.js";
import type { Data, DataObject, Step } from "../synapse/case-file.js";
import { differ } from "../synapse/match.js";
import type { AskCommand, Reply } from "../control/messages.js";
import { objectOf, textOf, toValue } from "../synapse/read-value.js";
import { count, mustText, object, text } from "../synapse/read-step.js";
import { isData, resolveObject, type Saved } from "../synapse/resolve.js";
import type { ValueObject } from "../wire/value.js";

/** What the steps of a case play on. */
export interface ParticipantStage {
  readonly guest: Guest;
  /** Tells the harness something about its session. */
  readonly command: (command: SessionCommand) => Promise<Reply>;
  /** What was asked and has not ended, by its name. */
  readonly asked: Map<string, Promise<Reply>>;
  readonly names: Map<string, Saved>;
}

/** A command about a session, without its store. */
export type SessionCommand =
  { readonly ask: Omit<AskCommand, "store"> } | { readonly cancel: { readonly name: string } };

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
    imprint: textOf(objectOf(signal["imprint"])["imprint_id"]),
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

/** `reply`: what it asked for is answered `by` one who was asked, or by the Synapse in its stead. */
function reply(stage: ParticipantStage, step: DataObject): void {
  const re = saved(stage, mustText(step, "to"));
  const by = text(step, "by") ?? "other";
  const given = { source: by, ...object(step, "signal") };
  const signal = buildSignal({ source: by, given, re, names: stage.names });
  stage.guest.deliver(signal, { reason: "REPLY", participant: by, attempt: 1 });
}

/** `ask`: the session asks; what comes of it is a `result`. */
function ask(stage: ParticipantStage, step: DataObject): void {
  const name = mustText(step, "name");
  const asked = stage.command({ ask: { ...step, name } });
  // Whoever waits for it, or nobody, learns why it failed.
  asked.catch(() => undefined);
  stage.asked.set(name, asked);
}

/** `cancel`: the session gives up what it asked. */
async function cancel(stage: ParticipantStage, name: string): Promise<void> {
  await stage.command({ cancel: { name } });
}

/** `result`: what was asked has ended, and so. */
async function result(stage: ParticipantStage, step: DataObject): Promise<void> {
  const name = mustText(step, "of");
  const asked = stage.asked.get(name);
  if (asked === undefined) throw new SuiteError(`nothing was asked as ${name}`);
  const { seq: _, ...got } = await stage.guest.orEnd(asked, `the result of ${name}`);
  const pattern = object(step, "is");
  const found = differ(pattern, toValue(got), stage.names);
  if (found === undefined) return;
  const isOther = pattern["refusal"] !== undefined && got.refusal !== undefined;
  throw new Finding(isOther ? "wrong-reason" : "failed", found);
}

/** `lose`: its link breaks, and it comes back to its session or to a new one. */
async function lose(stage: ParticipantStage, session: string): Promise<void> {
  await stage.guest.lose(session === "resumed" ? "resumed" : "new");
}

/** `none`: no Signal with that body is there that was not waited for. What came before it was waited for. */
function none(stage: ParticipantStage, body: string): void {
  const stray = stage.guest.signals.there.find(({ signal }) => signal[body] !== undefined);
  if (stray !== undefined) throw new Finding("failed", `${textOf(stray.signal["id"])}, a ${body}, was not to come`);
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

function ofName(play: (stage: ParticipantStage, name: string) => Promise<void> | void): Verb {
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
  ask: ofObject(ask),
  result: ofObject(result),
  cancel: ofName(cancel),
  lose: ofName(lose),
  none: ofName(none),
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
