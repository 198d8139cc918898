import type { Engram } from "../../../../engram/index.js";

/** Two hosts of the same entries as one Engram: every imprint goes to the one that did not have the last. */
export class Twin implements Engram {
  readonly #hosts: readonly [Engram, Engram];
  #next = 0;

  constructor(left: Engram, right: Engram) {
    this.#hosts = [left, right];
  }

  get engramId(): string {
    return this.#hosts[0].engramId;
  }

  get engramKind(): string {
    return this.#hosts[0].engramKind;
  }

  get durability(): Engram["durability"] {
    return this.#hosts[0].durability;
  }

  #host(): Engram {
    this.#next = 1 - this.#next;
    return this.#hosts[this.#next === 0 ? 0 : 1];
  }

  async open(namespace: string): Promise<{ storeId: string }> {
    await this.#hosts[1].open(namespace);
    return this.#hosts[0].open(namespace);
  }

  async recall(...[body, call]: Parameters<Engram["recall"]>): ReturnType<Engram["recall"]> {
    return this.#host().recall(body, call);
  }

  async imprint(...[body, call]: Parameters<Engram["imprint"]>): ReturnType<Engram["imprint"]> {
    return this.#host().imprint(body, call);
  }

  async forget(...[namespace, query]: Parameters<Engram["forget"]>): ReturnType<Engram["forget"]> {
    return this.#host().forget(namespace, query);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.drain()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
