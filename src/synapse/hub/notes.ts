import { DeliveryReason, type DeliveryNote, type Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { writeDuration } from "../../errors/index.js";
import type { DeliveryOwner } from "./outbox.js";
import type { HubSession, Leg, Registration } from "./model.js";

type NoteParts = Partial<Omit<DeliveryNote, "reason" | "position" | "type">>;

/** What stands beside a delivered Signal. */
export function createNote(reason: DeliveryReason, { position, type }: Sighted, parts: NoteParts = {}): DeliveryNote {
  return {
    reason,
    position: BigInt(position),
    type,
    attempt: parts.attempt ?? 0,
    remaining: parts.remaining,
    participant: parts.participant ?? "",
    asked: parts.asked ?? [],
    refused: parts.refused,
    subscriptionId: parts.subscriptionId ?? "",
    requestId: parts.requestId ?? "",
  };
}

/** A Signal's place in its namespace. */
export interface Sighted {
  /** Its number; 0 if it has none. */
  readonly position: number;
  /** The number of its body. */
  readonly type: number;
}

/** Gives a leg's request to the one who holds it now. */
export function deliverWork(leg: Leg, session: HubSession, remainingMs: number): void {
  const { header, position } = leg.request;
  const attempt = leg.attempt;
  const note = createNote(
    DeliveryReason.WORK,
    { position, type: header.type },
    {
      attempt,
      remaining: writeDuration(remainingMs),
      participant: leg.participant,
    },
  );
  const owner: DeliveryOwner = {
    isStale: () => leg.state !== "held" || leg.attempt !== attempt,
    taken: () => {
      leg.written = true;
    },
  };
  session.outbox.push({ kind: "deliver", signal: header.bytes, note, owner });
}

/** The receipt of a Signal that was accepted. */
export function acceptedReceipt(position: number, asked: readonly string[] = []): Receipt {
  return { number: 0n, rejection: undefined, asked: [...asked], repeated: false, position: BigInt(position), count: 0 };
}

/** The receipt of a Signal that was refused. */
export function rejectedReceipt(detail: ErrorDetail): Receipt {
  return { number: 0n, rejection: detail, asked: [], repeated: false, position: 0n, count: 0 };
}

/** Shows live registrations to a session, then says that what follows is live. */
export function deliverSnapshot(
  session: HubSession,
  registrations: Iterable<Registration>,
  { subscriptionId, position }: { subscriptionId: string; position: bigint },
): void {
  for (const { signal } of registrations) {
    const note = createNote(DeliveryReason.SNAPSHOT, { position: 0, type: SignalType.REGISTER }, { subscriptionId });
    session.outbox.push({ kind: "deliver", signal, note });
  }
  session.outbox.push({ kind: "live", live: { subscriptionId, position, rejection: undefined } });
}
