import type { DopplerRecord } from "../doppler/index.js";
import { SYNAPSE_SOURCE } from "../signal/index.js";
import type { Kept } from "./kept.js";

/** At most so many participants are kept beyond the history; of more, the first ones are forgotten. */
const participantsMax = 10_000;

/** The registrations of those who are there, so that a page that opens late sees them, however old they are. */
export class Live {
  readonly #registrations = new Map<string, Kept>();

  /** Takes what a record says of who is there. */
  take(record: DopplerRecord, kept: Kept): void {
    if (record.kind === "note" && record.about === "lost") this.#registrations.clear();
    if (record.kind !== "signal" || record.refused !== undefined) return;
    const { body, source } = record.signal;
    if (body?.$case === "register") {
      const key = `${source} ${body.value.id}`;
      this.#registrations.delete(key);
      this.#registrations.set(key, kept);
      const [first] = this.#registrations.keys();
      if (this.#registrations.size > participantsMax && first !== undefined) this.#registrations.delete(first);
    }
    if (body?.$case === "deregister") this.#leave(source, body.value.id);
  }

  /** The Synapse takes away the registrations of those whose session is gone, under its own name. */
  #leave(source: string, id: string): void {
    for (const key of [...this.#registrations.keys()]) {
      if (key === `${source} ${id}` || (source === SYNAPSE_SOURCE && key.endsWith(` ${id}`)))
        this.#registrations.delete(key);
    }
  }

  /** Those whose record stands before a number, in order. */
  before(number: number): readonly Kept[] {
    const old = [...this.#registrations.values()].filter((kept) => kept.number < number);
    return old.sort((one, other) => one.number - other.number);
  }
}
