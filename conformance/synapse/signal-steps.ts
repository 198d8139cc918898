import { SuiteError } from "../ground/suite-error.js";
import { Finding } from "../run/verdict.js";
import { toHex, type ValueObject } from "../wire/value.js";
import { delimited, join } from "../wire/writer.js";
import { awaitDelivery, awaitNothing, type Wanted } from "./await-delivery.js";
import { buildSignal } from "./build-signal.js";
import type { DataObject } from "./case-file.js";
import { differ } from "./match.js";
import { describeDetail, objectOf, textOf, toCount } from "./read-value.js";
import type { Peer } from "./peer.js";
import { count, mustText, object, text } from "./read-step.js";
import { fromHex, resolveObject, type Saved } from "./resolve.js";
import type { Stage } from "./stage.js";

/** `send`: a Signal is published, and its receipt is as the step says: accepted, or refused with that code. */
export async function send(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.peer(mustText(step, "by"));
  const [re, within] = ["re", "in"].map((name) => savedUnder(stage, step, name));
  const signal = buildSignal({
    source: peer.dendriteId,
    given: object(step, "signal"),
    re,
    within,
    names: stage.names,
  });
  const bytes = bytesOf(stage, step, peer.encode(signal));
  const attempt = count(step, "attempt") ?? re?.attempt ?? within?.attempt ?? 0;
  const [behind, number] = [text(step, "behind"), count(step, "number")];
  // Under a number that it has used already nothing is decided.
  if (number !== undefined) return peer.sendPublish(number, bytes, attempt);
  const ahead = step["ahead"] === undefined ? undefined : buildAhead(stage, peer, object(step, "ahead"));
  const before = behind === undefined ? ahead : fromHex(behind);
  const receipt = await (before === undefined ? peer.publish(bytes, attempt) : peer.publishBehind(before, bytes));
  const save = text(step, "save");
  const { id, trace_id: trace, source: participant } = signal;
  if (save !== undefined) {
    stage.names.set(save, {
      id: textOf(id),
      trace: textOf(trace),
      bytes,
      participant: textOf(participant),
      attempt: 0,
    });
  }
  checkReceipt(stage, step, receipt);
  // What repeats an id that was accepted may be delivered under it.
  const isOwn = text(step, "again") === undefined && object(step, "signal")["id"] === undefined;
  if (receipt["rejection"] !== undefined && isOwn) stage.addRefused(textOf(id));
}

/** The bytes of a Signal that goes ahead of another in its frame. */
function buildAhead(stage: Stage, peer: Peer, given: DataObject): Uint8Array {
  const { names } = stage;
  return peer.encode(buildSignal({ source: peer.dendriteId, given, re: undefined, within: undefined, names }));
}

function savedUnder(stage: Stage, step: DataObject, name: string): Saved | undefined {
  const given = text(step, name);
  return given === undefined ? undefined : stage.saved(given);
}

/** The bytes of the Signal: as it is encoded, or those of one that was sent, with whatever is put before, behind or cut off. */
function bytesOf(stage: Stage, step: DataObject, encoded: Uint8Array): Uint8Array {
  const hex = text(step, "hex");
  if (hex !== undefined) return fromHex(hex);
  const again = savedUnder(stage, step, "again");
  const whole = join(
    fromHex(text(step, "prepend") ?? ""),
    again?.bytes ?? encoded,
    fromHex(text(step, "append") ?? ""),
  );
  const [fill, cut = 0] = [count(step, "fill"), count(step, "cut")];
  return fill === undefined ? whole.subarray(0, whole.length - cut) : fillUp(whole, fill);
}

const fieldOfNoVersion = 1_000;
/** What stands around the content of that field. */
const frameBytes = 4;

/** The Signal with a field of no version behind it, so that it is exactly so long. */
function fillUp(signal: Uint8Array, length: number): Uint8Array {
  const content = new Uint8Array(length - signal.length - frameBytes);
  const filled = join(signal, delimited(fieldOfNoVersion, content));
  if (filled.length !== length)
    throw new SuiteError(`a Signal of ${signal.length} bytes cannot be filled to ${length}`);
  return filled;
}

function checkReceipt(stage: Stage, step: DataObject, receipt: ValueObject): void {
  const { rejection } = receipt;
  const [refused, who] = [text(step, "refused"), mustText(step, "by")];
  if (refused === undefined && rejection !== undefined) {
    throw new Finding("failed", `${who}: it was to be accepted, and it was refused: ${describeDetail(rejection)}`);
  }
  if (refused !== undefined && rejection === undefined) {
    throw new Finding("failed", `${who}: it was to be refused with ${refused}, and it was accepted`);
  }
  if (refused !== undefined && objectOf(rejection)["code"] !== refused) {
    throw new Finding(
      "wrong-reason",
      `${who}: it was to be refused with ${refused}, and it was with ${describeDetail(rejection)}`,
    );
  }
  const found = differ({ receipt: object(step, "receipt") }, { receipt }, stage.names);
  if (found !== undefined) throw new Finding("failed", `${who}: ${found}`);
}

function wantedOf(stage: Stage, step: DataObject): Wanted {
  return { reason: text(step, "reason"), of: savedUnder(stage, step, "of"), body: text(step, "body") };
}

/** `expect`: a Signal is delivered, and it and its note are so. */
export async function expect(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.peer(mustText(step, "at"));
  const { bytes, signal, note } = await awaitDelivery(peer, wantedOf(stage, step), step["later"] === true);
  const { id, trace_id: trace, source } = signal;
  const participant = textOf(note["participant"]) || textOf(source);
  const save = text(step, "save");
  if (save !== undefined) {
    const attempt = toCount(note["attempt"]);
    stage.names.set(save, { id: textOf(id), trace: textOf(trace), bytes, participant, attempt });
  }
  const pattern = { signal: object(step, "signal"), note: object(step, "note") };
  const found = differ(pattern, { signal, note }, stage.names);
  if (found !== undefined) throw new Finding("failed", `${peer.name}: ${found}`);
  const same = savedUnder(stage, step, "same");
  if (same !== undefined && toHex(same.bytes) !== toHex(bytes)) {
    throw new Finding(
      "failed",
      `${peer.name}: the bytes were to be ${toHex(same.bytes)}, and they are ${toHex(bytes)}`,
    );
  }
}

/** `nothing`: nothing of the kind is delivered; a fence shows it. */
export async function nothing(stage: Stage, step: DataObject): Promise<void> {
  await awaitNothing(stage.peer(mustText(step, "at")), wantedOf(stage, step));
}

/** `observe`: a subscription is live, or rejected with that code. */
export async function observe(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.peer(mustText(step, "by"));
  const id = text(step, "id") ?? "watch";
  const live = peer.frames.take((one) => objectOf(one["live"])["subscription_id"] === id);
  const filter = resolveObject(object(step, "filter"), stage.names);
  peer.subscribe(id, filter);
  const got = objectOf((await peer.orEnd(live, "Live"))["live"]);
  const { rejection } = got;
  const refused = text(step, "refused");
  const code = objectOf(rejection)["code"];
  const found = differ({ live: object(step, "live") }, { live: got }, stage.names);
  if (found !== undefined) throw new Finding("failed", `${peer.name}: ${found}`);
  if (code === refused) return;
  const verdict = refused !== undefined && code !== undefined ? "wrong-reason" : "failed";
  throw new Finding(
    verdict,
    `${peer.name}: the subscription was to be ${refused ?? "live"}, and it is ${describeDetail(rejection)}`,
  );
}

/** `unobserve`: a subscription ends. */
export async function unobserve(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.peer(mustText(step, "by"));
  const number = peer.takeNumber();
  const decided = peer.receiptOf(number);
  peer.link.send({ unsubscribe: { subscription_id: mustText(step, "id"), number: BigInt(number) } });
  await peer.orEnd(decided, "that it is decided");
}
