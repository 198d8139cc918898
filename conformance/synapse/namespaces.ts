import { ulid } from "./ids.js";

/** Names of namespaces: each is used by one case at a time, and by no other run. */
export class Namespaces {
  /** True on a Synapse that runs on: one that is left empty is used again, since it may be kept there for an hour. */
  readonly areKept: boolean;
  readonly #free: string[] = [];

  constructor(areKept: boolean) {
    this.areKept = areKept;
  }

  /** One that nobody uses now. */
  take(): string {
    return this.#free.pop() ?? `case-${ulid()}`;
  }

  /** Nothing is left in this one: another case may have it. */
  giveBack(name: string): void {
    this.#free.push(name);
  }
}
