import type { RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import { Right } from "../../gen/cosmonapse/v1/frames.js";
import { ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import type { Engram } from "../engram/index.js";
import { CosmoError, toCosmoError } from "../errors/index.js";
import { createDeferred, systemClock, type Clock, type Json } from "../foundation/index.js";
import type { ImprintOptions, ImprintResult, RecallOptions, RecallResult } from "../neuron/index.js";
import type { Observation, Pathway, Reply } from "../pathway/index.js";
import { createIdSource, isName, SYNAPSE_SOURCE, type IdSource } from "../signal/index.js";
import type { Synapse } from "../synapse/index.js";
import type { Dispatch, EngramAddress } from "./calls.js";
import { Connection } from "./connection.js";
import type { ObserveOptions } from "./observer.js";
import { createRootScope, type Scope } from "./scope.js";
import type { AnyAxon } from "./work-host.js";

/** What a Dendrite is for: a `worker` hosts and asks, an `orchestrator` asks and observes, an `observer` only observes. */
export type DendriteRole = "worker" | "orchestrator" | "observer";

/** How a Dendrite is made. */
export interface DendriteOptions {
  /** The bus. It stays the caller's: closing a Dendrite does not close it. */
  readonly synapse: Synapse;
  /** The namespace: `[A-Za-z0-9_-]{1,64}`. */
  readonly namespace: string;
  /** The id: `[A-Za-z0-9_-]{1,64}`. Default: `dendrite-` and a ULID. */
  readonly dendriteId?: string;
  /** What it is for. Default: `worker` once something is attached; it decides the rights that are asked for. */
  readonly role?: DendriteRole;
  /** Takes errors that nobody waits for: of imprints with `awaitAck: false`, of heartbeats, of a lost session. */
  readonly onError?: (error: CosmoError) => void;
  /** Time. Default: the machine's. */
  readonly clock?: Clock;
  /** Where ids come from. Default: random ULIDs. */
  readonly ids?: IdSource;
}

/** How a task is dispatched and waited for. */
export interface DispatchAndWait extends Dispatch {
  /**
   * How long the caller waits, milliseconds; the task has as long, unless `deadlineMs` says otherwise. Default: 60,000.
   */
  readonly timeoutMs?: number;
}

/** A participant that is there. */
export interface Participant {
  /** Its id. */
  readonly id: string;
  /** What it serves. */
  readonly role: "neuron" | "engram";
  /** Its kind; empty: none. */
  readonly kind: string;
  /** What it can do. */
  readonly capabilities: readonly string[];
  /** The version of its code; empty: not stated. */
  readonly version: string;
  /** One sentence; empty: none. */
  readonly description: string;
  /** The whole registration. */
  readonly registration: RegisterBody;
}

const rightsOf: Readonly<Record<DendriteRole, readonly Right[]>> = {
  worker: [Right.PARTICIPATE, Right.OBSERVE],
  orchestrator: [Right.PARTICIPATE, Right.OBSERVE],
  observer: [Right.OBSERVE],
};

/**
 * The participant on a Synapse: it hosts Axons and Engrams, dispatches tasks, recalls, imprints and observes.
 *
 * `new` → `start` → `drain` or `close`. `drain` takes no new work and waits for what is in flight; `close` ends it now;
 * both close the Engrams that it hosts, and are idempotent. `await using` drains. Before the start and after the end,
 * calls fail with CLOSED.
 */
export class Dendrite {
  /** The namespace. */
  readonly namespace: string;
  /** The id. */
  readonly dendriteId: string;
  readonly #options: DendriteOptions;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #axons = new Map<string, AnyAxon>();
  readonly #engrams = new Map<string, Engram>();
  #connecting: Promise<Connection> | undefined;
  #connection: Connection | undefined;
  #ending: Promise<void> | undefined;

  constructor(options: DendriteOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#ids = options.ids ?? createIdSource(this.#clock);
    this.namespace = options.namespace;
    this.dendriteId = options.dendriteId ?? `dendrite-${this.#ids.signalId().slice(4)}`;
    const names = { namespace: this.namespace, dendriteId: this.dendriteId };
    for (const [name, value] of Object.entries(names)) {
      if (isName(value) && value !== SYNAPSE_SOURCE) continue;
      throw new CosmoError("INVALID_ARGUMENT", `${name}: '${value}' is no name: [A-Za-z0-9_-]{1,64}, not 'synapse'`);
    }
  }

  /** Opens the session and registers what is attached. A start that failed may be tried again. */
  async start(): Promise<this> {
    if (this.#ending !== undefined) throw closed();
    this.#connecting ??= this.#open();
    try {
      this.#connection = await this.#connecting;
    } catch (thrown) {
      this.#connecting = undefined;
      throw thrown;
    }
    return this;
  }

  /** Takes no new work, waits for what is in flight in either direction, then closes. */
  drain(): Promise<void> {
    this.#ending ??= this.#end((connection) => connection.drain());
    return this.#ending;
  }

  /** Ends everything now: work in flight is stopped, what was asked fails with CLOSED. */
  async close(): Promise<void> {
    const drained = this.#ending;
    const closing = this.#end((connection) => connection.close());
    this.#ending ??= closing;
    await Promise.all([drained, closing]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  /**
   * Hosts an Axon. Once started, resolves when the Synapse knows, and rejects with CONFLICT if the id is taken for
   * something else; before, at once. Throws INVALID_ARGUMENT if this Dendrite hosts the id already, or is an observer.
   */
  attachAxon(axon: AnyAxon): Promise<void> {
    this.#checkAttachable(axon.neuronId);
    this.#axons.set(axon.neuronId, axon);
    return this.#announce((connection) => connection.register(axon.registration));
  }

  /** Takes no new tasks for a Neuron; those in flight are still answered. */
  async detachAxon(neuronId: string): Promise<void> {
    if (this.#axons.has(neuronId)) await this.#connection?.deregister(neuronId);
    this.#axons.delete(neuronId);
  }

  /** Hosts an Engram, and closes it in the end. Resolves, rejects and throws like `attachAxon`. */
  attachEngram(engram: Engram): Promise<void> {
    this.#checkAttachable(engram.engramId);
    this.#engrams.set(engram.engramId, engram);
    return this.#announce((connection) => this.#registerEngram(connection, engram));
  }

  /** Takes no new recalls and imprints for an Engram, and gives it back: it is the caller's to close. */
  async detachEngram(engramId: string): Promise<void> {
    if (this.#engrams.has(engramId)) await this.#connection?.deregister(engramId);
    this.#engrams.delete(engramId);
  }

  /**
   * Gives a task to a Neuron, in a trace of its own. What is wrong with the call is thrown; whatever happens later is
   * the Pathway's outcome. The trace closes with the answer unless `keepOpen`.
   */
  dispatch<Output = Json>(task: Dispatch): Pathway<Output> {
    return this.#started().calls.dispatch<Output>(task, this.#rootScope());
  }

  /** Gives a task to a Neuron and waits for its answer. Rejects with the outcome's error. */
  async dispatchAndWait<Output = Json>({ timeoutMs, ...task }: DispatchAndWait): Promise<Reply<Output>> {
    const deadlineMs = task.deadlineMs ?? timeoutMs;
    const pathway = this.dispatch<Output>({ ...task, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
    if (timeoutMs === undefined || deadlineMs === undefined || deadlineMs <= timeoutMs) return pathway.outcome;
    return this.#within(timeoutMs, pathway);
  }

  /** Asks the Engrams at an address, in a trace of its own. */
  async recall(address: EngramAddress, options: RecallOptions = {}): Promise<RecallResult> {
    return this.#started().calls.recall(address, options, this.#rootScope());
  }

  /** Changes the Engrams at an address, in a trace of its own. */
  async imprint(address: EngramAddress, options: ImprintOptions): Promise<ImprintResult> {
    return this.#started().calls.imprint(address, options, this.#rootScope());
  }

  /**
   * Observes the namespace: the live registrations first, then every accepted Signal that matches, numbered. A consumer
   * that is too slow gets gaps, with numbers and a count; it slows nobody. Ends with `abort`, `break` or the session.
   */
  observe(options: ObserveOptions = {}): AsyncIterable<Observation> {
    return this.#started().observer.open(options);
  }

  /** The participants that are there now, by id; one row for each, whatever the number of its replicas. */
  async registry(): Promise<Participant[]> {
    const { bus, observer } = this.#started();
    const signal = bus.create({ body: { $case: "discover", value: {} } });
    const snapshot = observer.openSnapshot(signal.id);
    const published = bus.publish(signal).catch((thrown: unknown) => {
      snapshot.end(toCosmoError(thrown, "INTERNAL"));
    });
    const found = new Map<string, Participant>();
    for await (const observation of snapshot) {
      if (observation.kind === "live") break;
      if (observation.kind !== "snapshot" || observation.signal.body?.$case !== "register") continue;
      found.set(observation.signal.body.value.id, toParticipant(observation.signal.body.value));
    }
    await published;
    return [...found.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  #started(): Connection {
    if (this.#ending !== undefined) throw closed();
    if (this.#connection !== undefined) return this.#connection;
    throw new CosmoError("CLOSED", `Dendrite '${this.dendriteId}' is not started; await start() first`);
  }

  #rootScope(): Scope {
    return createRootScope(this.#ids, this.dendriteId);
  }

  async #open(): Promise<Connection> {
    const { synapse, role = "worker", onError = () => undefined } = this.#options;
    const connection = await Connection.open({
      synapse,
      namespace: this.namespace,
      dendriteId: this.dendriteId,
      rights: rightsOf[role],
      ids: this.#ids,
      clock: this.#clock,
      axons: this.#axons,
      engrams: this.#engrams,
      onError,
    });
    try {
      for (const engram of this.#engrams.values()) await this.#registerEngram(connection, engram);
      for (const axon of this.#axons.values()) await connection.register(axon.registration);
      return connection;
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
  }

  async #registerEngram(connection: Connection, engram: Engram): Promise<void> {
    const { engramId, engramKind } = engram;
    const { storeId } = await engram.open(this.namespace);
    await connection.register({
      id: engramId,
      role: ParticipantRole.ENGRAM,
      kind: engramKind,
      capabilities: [],
      version: "",
      maxInFlight: 0,
      retrySafe: true,
      storeId,
      description: "",
    });
  }

  #checkAttachable(id: string): void {
    if (this.#ending !== undefined) throw closed();
    if (this.#options.role === "observer") {
      throw new CosmoError("INVALID_ARGUMENT", `An observer hosts nothing; give '${id}' to a worker`);
    }
    if (this.#axons.has(id) || this.#engrams.has(id)) {
      throw new CosmoError("INVALID_ARGUMENT", `This Dendrite hosts '${id}' already; detach it first`);
    }
  }

  /** Registers with the session if there is one; a start under way registers what is attached by then. */
  #announce(register: (connection: Connection) => Promise<void>): Promise<void> {
    if (this.#connecting === undefined) return Promise.resolve();
    const announced = this.#connecting.then((connection) => register(connection));
    announced.catch((thrown: unknown) => this.#options.onError?.(toCosmoError(thrown, "INTERNAL")));
    return announced;
  }

  async #end(end: (connection: Connection) => Promise<void>): Promise<void> {
    const connection = await this.#connecting?.catch(() => undefined);
    if (connection !== undefined) await end(connection);
    for (const engram of this.#engrams.values()) await engram.drain();
  }

  async #within<Output>(timeoutMs: number, pathway: Pathway<Output>): Promise<Reply<Output>> {
    const late = createDeferred<never>();
    const cancel = this.#clock.schedule(timeoutMs, () => {
      late.reject(new CosmoError("DEADLINE_EXCEEDED", `The caller waited ${timeoutMs} ms for ${pathway.taskId}`));
      pathway.stop("its caller waits no longer").catch(() => undefined);
    });
    try {
      return await Promise.race([pathway.outcome, late.promise]);
    } finally {
      cancel();
    }
  }
}

function toParticipant(registration: RegisterBody): Participant {
  const { id, kind, capabilities, version, description } = registration;
  const role = registration.role === ParticipantRole.ENGRAM ? "engram" : "neuron";
  return { id, role, kind, capabilities, version, description, registration };
}

function closed(): CosmoError {
  return new CosmoError("CLOSED", "The Dendrite was closed");
}
