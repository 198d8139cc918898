import type { RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import { ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import type { Engram } from "../engram/index.js";
import { CosmoError } from "../errors/index.js";
import type { Connection } from "./connection.js";
import type { AnyAxon } from "./work-host.js";

type Connecting = Promise<Connection> | undefined;

/** What a Dendrite hosts. Words to the Synapse about one id keep their order. */
export class Attachments {
  readonly axons = new Map<string, AnyAxon>();
  readonly engrams = new Map<string, Engram>();
  readonly #namespace: string;
  readonly #announced = new Map<string, Promise<void>>();

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** Hosts an Axon, and registers it once connected. */
  attachAxon(axon: AnyAxon, connecting: Connecting): Promise<void> {
    this.#checkFree(axon.neuronId);
    this.axons.set(axon.neuronId, axon);
    return this.#announce(axon.neuronId, connecting);
  }

  /** Hosts an Engram, and registers it once connected. */
  attachEngram(engram: Engram, connecting: Connecting): Promise<void> {
    this.#checkFree(engram.engramId);
    this.engrams.set(engram.engramId, engram);
    return this.#announce(engram.engramId, connecting);
  }

  /** Takes an id back from the Synapse, then forgets it. Of an unknown one, does nothing. */
  async detach(id: string, connecting: Connecting): Promise<void> {
    await this.#announced.get(id)?.catch(() => undefined);
    const connection = await connecting?.catch(() => undefined);
    if (!this.axons.has(id) && !this.engrams.has(id)) return;
    try {
      await connection?.deregister(id);
    } finally {
      this.#forget(id);
    }
  }

  /** The ids of all, Engrams first: Neurons need them. */
  ids(): string[] {
    return [...this.engrams.keys(), ...this.axons.keys()];
  }

  /** Registers one; of an unknown id, does nothing. */
  async register(id: string, connection: Connection): Promise<void> {
    const axon = this.axons.get(id);
    const engram = this.engrams.get(id);
    if (axon !== undefined) await connection.register(axon.registration);
    if (engram === undefined) return;
    const { storeId } = await engram.open(this.#namespace);
    await connection.register(engramRegistration(engram, storeId));
  }

  /** Ends the Engrams. */
  async end(how: "drain" | "close"): Promise<void> {
    await Promise.all([...this.engrams.values()].map((engram) => engram[how]()));
  }

  /** Before a start there is nobody to tell; one that fails is told again when it is tried again. */
  #announce(id: string, connecting: Connecting): Promise<void> {
    if (connecting === undefined) return Promise.resolve();
    const announced = this.#registerWhenConnected(id, connecting);
    this.#announced.set(id, announced);
    return announced;
  }

  async #registerWhenConnected(id: string, connecting: Promise<Connection>): Promise<void> {
    const connection = await connecting.catch(() => undefined);
    try {
      if (connection !== undefined) await this.register(id, connection);
    } catch (thrown) {
      this.#forget(id);
      throw thrown;
    } finally {
      this.#announced.delete(id);
    }
  }

  #forget(id: string): void {
    this.axons.delete(id);
    this.engrams.delete(id);
  }

  #checkFree(id: string): void {
    if (!this.axons.has(id) && !this.engrams.has(id)) return;
    throw new CosmoError("INVALID_ARGUMENT", `This Dendrite hosts '${id}' already; detach it first`);
  }
}

function engramRegistration({ engramId, engramKind }: Engram, storeId: string): RegisterBody {
  return {
    id: engramId,
    role: ParticipantRole.ENGRAM,
    kind: engramKind,
    capabilities: [],
    version: "",
    maxInFlight: 0,
    retrySafe: true,
    storeId,
    description: "",
  };
}
