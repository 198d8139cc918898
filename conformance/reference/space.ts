import { ulid } from "../synapse/ids.js";
import { encodeMessage } from "../wire/writer.js";
import type { ValueObject } from "../wire/value.js";
import type { Book, Limits } from "./book.js";
import type { Address, Header } from "./header.js";
import type { Registration, Trace } from "./model.js";
import { wrong } from "./wrong.js";
import type { Session } from "./session.js";

/** A Signal that is accepted, by whomever it was made. */
export type Accepted = Pick<Header, "address" | "bytes" | "source" | "traceId" | "type">;

/** How late a mutant is. */
const lateMs = 100;

/** The source of what the Synapse makes. */
export const ownSource = "synapse";

/** True if a registration serves an address, role aside. (COS-ROUTE-001) */
export function isMatch({ id, kind, capabilities }: Registration, address: Address | undefined): boolean {
  if (address === undefined) return true;
  const has = (one: string): boolean => capabilities.includes(one);
  return (
    (address.id === "" || address.id === id) &&
    (address.kind === "" || address.kind === kind || wrong("kinds-unread")) &&
    (wrong("one-capability-of-several") && address.capabilities.length > 0
      ? address.capabilities.some(has)
      : address.capabilities.every(has))
  );
}

/** A namespace: who is there, what is open, and what was accepted. */
export class Space {
  readonly name: string;
  readonly book: Book;
  readonly limits: Limits;
  readonly sessions = new Set<Session>();
  readonly traces = new Map<string, Trace>();
  #position = 0;

  constructor(name: string, book: Book, limits: Limits) {
    this.name = name;
    this.book = book;
    this.limits = limits;
  }

  /** The position of the next Signal. */
  get next(): number {
    return this.#position + (wrong("live-too-late") ? 2 : 1);
  }

  /** Every registration that lives, in the order in which their sessions came. */
  *registrations(): Iterable<Registration> {
    for (const session of this.sessions) yield* session.registrations.values();
  }

  /** True if somebody has yet to take what it observes. */
  get isAnObserverBehind(): boolean {
    return [...this.sessions].some(({ subscriptions, hasRoom }) => subscriptions.size > 0 && !hasRoom);
  }

  /** Gives a Signal the next position and shows it to observers. (COS-OBS-001, COS-OBS-005) */
  accept(signal: Accepted, note: ValueObject = {}): number {
    this.#position += wrong("positions-with-holes") ? 2 : 1;
    const shown = { ...note, position: BigInt(this.#position) };
    if (wrong("requests-shown-late") && note["asked"] !== undefined)
      setTimeout(() => this.#show(signal, shown), lateMs);
    else this.#show(signal, shown);
    return this.#position;
  }

  /** Shows observers a reply that was refused to its sender. (COS-OBS-009) */
  showRefused(signal: Accepted, refused: ValueObject): void {
    if (!wrong("refused-replies-unseen")) this.#show(signal, { refused });
  }

  /** A Signal of the Synapse itself. (COS-TASK-017) */
  make(type: number, value: ValueObject): Accepted {
    const { schema } = this.book;
    const source = wrong("outcomes-of-nobody") ? this.name : ownSource;
    const created = wrong("undated") ? {} : { created_at: new Date().toISOString() };
    const whole = { id: `evt_${ulid()}`, source, ...created, ...value };
    const { trace_id: trace } = value;
    return {
      bytes: encodeMessage(schema, "cosmonapse.v1.Signal", whole),
      type,
      source: ownSource,
      traceId: typeof trace === "string" ? trace : "",
      address: undefined,
    };
  }

  #show({ bytes, type, traceId, source, address }: Accepted, note: ValueObject): void {
    const participants = [source, address?.id ?? ""];
    for (const { subscriptions } of this.sessions) {
      for (const one of subscriptions.values()) one.see({ bytes, type, traceId, participants, note });
    }
  }
}
