import { Finding } from "../run/verdict.js";
import type { Guest } from "../stand-in/guest.js";
import { ulid } from "../synapse/ids.js";
import { objectOf, objectsOf, textOf, toCount } from "../synapse/read-value.js";
import type { ValueObject } from "../wire/value.js";
import { viewAnswer, viewReceipt, type Answer } from "./compare.js";

/** The id under which each Engram is hosted. */
export const ENGRAM_ID = "vectors";

/** Who asks in all vectors. */
const asker = "the-runner";

/** Gives a request to the Engram of a guest, and its answer. Rejects with a Finding for one that breaks a sentence. */
export async function askEngram(
  guest: Guest,
  body: ValueObject,
  startMs: number,
): Promise<{ readonly id: string; readonly answer: Answer }> {
  const id = `evt_${ulid()}`;
  const trace = `trc_${ulid()}`;
  const request = {
    id,
    trace_id: trace,
    exchange: "REQUEST",
    source: asker,
    created_at: new Date().toISOString(),
    directed: { id: ENGRAM_ID },
    ...body,
  };
  guest.deliver(request, { reason: "WORK", attempt: 1, remaining: "5s", participant: ENGRAM_ID });
  const reply = await guest.orEnd(
    guest.signals.take(({ signal }) => signal["parent_id"] === id),
    `the answer to ${Object.keys(body).join()}`,
  );
  const fault = faultOfReply(reply.signal, reply.attempt, { body, trace });
  if (fault !== undefined) throw new Finding("failed", fault);
  const { imprinted, recalled, error } = reply.signal;
  if (error !== undefined) return { id, answer: { error: objectOf(objectOf(error)["detail"]) } };
  if (imprinted !== undefined) return { id, answer: viewReceipt(objectOf(imprinted)) };
  return { id, answer: viewAnswer(objectOf(recalled), startMs) };
}

interface Asked {
  readonly body: ValueObject;
  readonly trace: string;
}

function faultOfReply(signal: ValueObject, attempt: number, { body, trace }: Asked): string | undefined {
  const { trace_id: own, exchange, source, imprinted, recalled, error } = signal;
  if (own !== trace) return `COS-ENV-005: the answer is of the trace ${textOf(own)}, and its request of ${trace}`;
  if (exchange !== "REPLY") return `COS-TYPE-004: the answer is a ${textOf(exchange)}`;
  if (source !== ENGRAM_ID) return `COS-ENV-010: the answer comes from ${textOf(source)}`;
  if (attempt !== 1) return `COS-RED-011: the answer is of attempt ${attempt}, and its request of 1`;
  if (error !== undefined) return undefined;
  const isImprint = body["imprint"] !== undefined;
  if ((isImprint ? imprinted : recalled) === undefined) {
    return `COS-TYPE-004: ${Object.keys(body).join()} is answered with ${Object.keys(signal).at(-1) ?? "nothing"}`;
  }
  return isImprint ? faultOfReceipt(objectOf(imprinted), objectOf(body["imprint"])) : faultOfHits(objectOf(recalled));
}

function faultOfReceipt(receipt: ValueObject, imprint: ValueObject): string | undefined {
  const { engram_id: engram, op, version, durability, deleted } = receipt;
  const [isNothing, isVersioned] = [imprint["op"] === "DELETE" && deleted !== true, toCount(version) > 0];
  if (engram === ENGRAM_ID && op === imprint["op"] && durability !== undefined && (isVersioned || isNothing)) {
    return undefined;
  }
  const said = [engram, op, durability].map((part) => textOf(part) || "nothing").join(", ");
  return `COS-OP-033: an IMPRINTED states ${said} and version ${toCount(version)}`;
}

function faultOfHits(recalled: ValueObject): string | undefined {
  if (recalled["engram_id"] !== ENGRAM_ID) return `COS-OP-033: a RECALLED is of ${textOf(recalled["engram_id"])}`;
  for (const { entry } of objectsOf(recalled["hits"])) {
    const { id, content, provenance } = objectOf(entry);
    const { media_type: media } = objectOf(content);
    const { source, trace_id: trace } = objectOf(provenance);
    if (!/^eng_[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(textOf(id))) return `COS-ENT-001: an entry has the id ${textOf(id)}`;
    if (media !== undefined) return `COS-ENT-007: content has the media type ${textOf(media)}`;
    if (source !== asker || textOf(trace) === "") {
      return `COS-ENT-015: an entry is of ${textOf(source) || "nobody"} in ${textOf(trace) || "no trace"}`;
    }
  }
  return undefined;
}
