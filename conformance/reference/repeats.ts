import type { ValueObject } from "../wire/value.js";
import type { Limits } from "./book.js";
import type { Header } from "./header.js";
import { Refused } from "./refused.js";
import type { Session } from "./session.js";
import { wrong } from "./wrong.js";

interface Remembered {
  readonly bytes: Uint8Array;
  readonly receipt: ValueObject;
  readonly at: number;
}

/** What was accepted in a namespace, so that nothing has its effect twice. */
export class Repeats {
  readonly #limits: Limits;
  readonly #accepted = new Map<string, Remembered>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Takes a repeat for what it is. (COS-DUP-001 to COS-DUP-006) */
  once(session: Session, header: Header, act: () => ValueObject): ValueObject {
    const own = wrong("repeats-of-one-session") ? session.id : session.principal;
    const key = wrong("principals-mixed") ? header.id : `${own}\u0000${header.id}`;
    const limits = this.#limits;
    const before = wrong("repeats-unseen") ? undefined : this.#accepted.get(key);
    if (before !== undefined && Date.now() - before.at < limits.of("dedup_ms")) {
      if (Buffer.compare(before.bytes, header.bytes) !== 0 && !wrong("bytes-uncompared")) {
        throw new Refused("ID_REUSED", "COS-DUP-003");
      }
      return { ...before.receipt, repeated: !wrong("repeats-unsaid") };
    }
    const receipt = act();
    this.#accepted.delete(key);
    this.#accepted.set(key, { bytes: header.bytes, receipt, at: Date.now() });
    for (const old of this.#accepted.keys()) {
      if (this.#accepted.size <= limits.of("dedup_ids") + 1 || wrong("ids-for-ever")) break;
      this.#accepted.delete(old);
    }
    return receipt;
  }
}
