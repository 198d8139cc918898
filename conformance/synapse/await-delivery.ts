import { Finding } from "../run/verdict.js";
import { isObject } from "../wire/value.js";
import type { Delivery, Peer } from "./peer.js";
import { objectOf, textOf } from "./read-value.js";
import type { Saved } from "./resolve.js";

/** What is waited for. */
export interface Wanted {
  readonly reason: string | undefined;
  /** The request that it is, answers or stops; a FINAL of its trace is of it too. */
  readonly of: Saved | undefined;
  /** The name of its body. */
  readonly body: string | undefined;
}

function matches({ reason, of, body }: Wanted, { signal, note }: Delivery): boolean {
  if (reason !== undefined && note["reason"] !== reason) return false;
  if (body !== undefined && !isObject(signal[body])) return false;
  if (of === undefined) return true;
  const { id, parent_id: parent, trace_id: trace } = signal;
  return [id, parent, note["request_id"]].includes(of.id) || (signal["final"] !== undefined && trace === of.trace);
}

/** What is wanted, in words. */
function describe({ reason, of, body }: Wanted): string {
  return [reason ?? "a Signal", body ?? "", of === undefined ? "" : `of ${of.id}`]
    .filter((part) => part !== "")
    .join(" ");
}

/**
 * The next delivery that is wanted. Unless it may come `later`, a fence shows that it does not come. Rejects with a
 * Finding if it does not, or if the link ends.
 */
export async function awaitDelivery(peer: Peer, wanted: Wanted, isLater: boolean): Promise<Delivery> {
  const there = peer.deliveries.takeNow((one) => matches(wanted, one));
  if (there !== undefined) return there;
  if (isLater)
    return peer.orEnd(
      peer.deliveries.take((one) => matches(wanted, one)),
      describe(wanted),
    );
  await peer.fence();
  const come = peer.deliveries.takeNow((one) => matches(wanted, one));
  if (come !== undefined) return come;
  const others = peer.deliveries.there.map(
    ({ signal, note }) => `${textOf(note["reason"])} ${Object.keys(signal).at(-1) ?? ""}`,
  );
  throw new Finding(
    "failed",
    `${peer.name}: ${describe(wanted)} was to come and did not; there is ${others.join(", ") || "nothing"}`,
  );
}

/** Shows that nothing of the kind comes. Rejects with a Finding if something does. */
export async function awaitNothing(peer: Peer, unwanted: Wanted): Promise<void> {
  await peer.fence();
  const there = peer.deliveries.there.find((one) => matches(unwanted, one));
  if (there === undefined) return;
  const { signal, note } = there;
  const code = objectOf(objectOf(signal["error"])["detail"])["code"];
  throw new Finding(
    "failed",
    `${peer.name}: ${describe(unwanted)} was not to come, and it did: ${textOf(note["reason"])} ${Object.keys(signal).at(-1) ?? ""} ${textOf(code)}`,
  );
}
