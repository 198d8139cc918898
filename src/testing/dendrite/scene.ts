import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import { Dendrite, type AnyAxon, type DendriteOptions } from "../../dendrite/index.js";
import type { Engram } from "../../engram/index.js";
import type { CosmoError } from "../../errors/index.js";
import { nextTurn } from "../../foundation/index.js";
import { MemorySynapse } from "../../synapse/memory/index.js";
import { checkEqual } from "../check.js";
import { FakeClock } from "../fake-clock.js";
import { Peer, type PeerOptions } from "../synapse/index.js";

/** How a Dendrite joins a scene. */
export type SceneOptions = Partial<Omit<DendriteOptions, "synapse" | "namespace" | "dendriteId" | "clock">>;

/**
 * A Synapse in memory with Dendrites and scripted peers on it, in the namespace `test`, under a clock that a test moves.
 * In the end everything is closed, and nothing may be left: neither a timer, nor an error that nobody expected.
 */
export class Scene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly synapse: MemorySynapse;
  /** What Dendrites reported to `onError`. A test takes out what it expects. */
  readonly errors: CosmoError[] = [];
  readonly #dendrites: Dendrite[] = [];

  /** Limits that differ from the standard. */
  constructor(limits: Partial<Limits> = {}) {
    this.synapse = new MemorySynapse({ clock: this.clock, limits });
  }

  /** Makes a Dendrite with what it hosts, and starts it. */
  async open(
    dendriteId: string,
    hosted: readonly (AnyAxon | Engram)[] = [],
    options: SceneOptions = {},
  ): Promise<Dendrite> {
    const dendrite = this.make(dendriteId, options);
    for (const one of hosted) {
      if ("engramId" in one) await dendrite.attachEngram(one);
      else await dendrite.attachAxon(one);
    }
    return dendrite.start();
  }

  /** Makes a Dendrite. */
  make(dendriteId: string, options: SceneOptions = {}): Dendrite {
    const { synapse, clock, errors } = this;
    const onError = (error: CosmoError): void => void errors.push(error);
    const dendrite = new Dendrite({ synapse, clock, namespace: "test", dendriteId, onError, ...options });
    this.#dendrites.push(dendrite);
    return dendrite;
  }

  /** Lets a scripted peer join. */
  peer(dendriteId: string, options: Partial<PeerOptions> = {}): Promise<Peer> {
    const { synapse, clock } = this;
    return Peer.open({ synapse, clock, dendriteId, ...options });
  }

  /** Resolves when all that follows from what was done by now has happened in this process. */
  async fence(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise<void>(nextTurn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const dendrite of this.#dendrites) await dendrite.close();
    await this.synapse.close();
    checkEqual(this.clock.pending, 0, "the timers that are left");
    checkEqual(this.errors.map(String), [], "the errors that nobody expected");
  }
}
