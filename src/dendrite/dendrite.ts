import type { Engram } from "../engram/index.js";
import { CosmoError, toCosmoError } from "../errors/index.js";
import { createDeferred, systemClock, type Clock, type Json } from "../foundation/index.js";
import type { ImprintOptions, ImprintResult, RecallOptions, RecallResult, SubTask } from "../neuron/index.js";
import type { Observation, Pathway, Reply } from "../pathway/index.js";
import { createIdSource, type IdSource } from "../signal/index.js";
import { loadTracing } from "../telemetry/index.js";
import { Attachments } from "./attachments.js";
import { Connection } from "./connection.js";
import { checkDendriteOptions, RIGHTS_OF, type DendriteOptions } from "./dendrite-options.js";
import type { ObserveOptions } from "./observer.js";
import { openAgain } from "./open-again.js";
import { takeSnapshot, type Participant } from "./participant.js";
import { createRootScope, type Scope } from "./scope.js";
import { checkTimeMs, type Dispatch, type EngramAddress } from "./task-options.js";
import type { AnyAxon } from "./work-host.js";

/** How a task is dispatched and waited for. Its trace closes with the answer. */
export interface DispatchAndWait extends SubTask {
  /**
   * How long the caller waits, milliseconds; the task has as long, unless `deadlineMs` says otherwise. Default: 60,000.
   */
  readonly timeoutMs?: number;
}

/**
 * The participant on a Synapse: it hosts Axons and Engrams, dispatches tasks, recalls, imprints and observes.
 *
 * `new` → `start` → `drain` or `close`. `drain` takes no new work and waits for what is in flight; `close` ends it now;
 * both end the Engrams that it hosts in the same way, and are idempotent. `await using` drains. Before the start and
 * after the end, calls fail with CLOSED.
 *
 * When a Synapse ends the session, what was asked fails with OUTCOME_UNKNOWN, and is never sent again by itself. Unless
 * an operator ended it, or the credential was withdrawn, the Dendrite opens a new session and registers what it hosts;
 * until it has, calls fail with UNAVAILABLE (COS-SES-011, COS-SES-012).
 */
export class Dendrite {
  /** The namespace. */
  readonly namespace: string;
  /** The id. */
  readonly dendriteId: string;
  readonly #options: DendriteOptions;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #attachments: Attachments;
  readonly #opening = new AbortController();
  #connecting: Promise<Connection> | undefined;
  #connection: Connection | undefined;
  /** Why there is no session, after there was one. */
  #lost: CosmoError | undefined;
  #ending: Promise<void> | undefined;

  /** Throws INVALID_ARGUMENT for an option that is unknown or wrong. */
  constructor(options: DendriteOptions) {
    checkDendriteOptions(options);
    const { namespace, dendriteId, clock = systemClock, ids = createIdSource(clock) } = options;
    this.#options = options;
    this.#clock = clock;
    this.#ids = ids;
    this.namespace = namespace;
    this.dendriteId = dendriteId ?? `dendrite-${ids.signalId().slice(4)}`;
    this.#attachments = new Attachments(namespace);
  }

  /** Opens the session and registers what is attached. A start that failed may be tried again; a second does nothing. */
  async start(): Promise<this> {
    if (this.#ending !== undefined) throw closed();
    const connecting = (this.#connecting ??= this.#open());
    try {
      this.#connection = await connecting;
    } catch (thrown) {
      if (this.#connecting === connecting) this.#connecting = undefined;
      throw thrown;
    }
    if (this.#isEnding()) throw closed();
    return this;
  }

  /** Takes no new work, waits for what is in flight in either direction, then closes. */
  drain(): Promise<void> {
    this.#ending ??= this.#end("drain");
    return this.#ending;
  }

  /** Ends everything now: work in flight is stopped, what was asked fails with CLOSED. Cuts a drain short. */
  async close(): Promise<void> {
    this.#opening.abort();
    const drained = this.#ending;
    const closing = this.#end("close");
    this.#ending ??= closing;
    await Promise.all([drained, closing]);
  }

  /** Drains. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  /**
   * Hosts an Axon. Once started, resolves when the Synapse knows, and rejects with CONFLICT if the id is taken for
   * something else; before, at once. Throws INVALID_ARGUMENT if this Dendrite hosts the id already, or is an observer.
   */
  attachAxon(axon: AnyAxon): Promise<void> {
    this.#checkHost(axon.neuronId);
    return this.#attachments.attachAxon(axon, this.#connecting);
  }

  /** Takes no new tasks for a Neuron; those in flight are still answered. */
  async detachAxon(neuronId: string): Promise<void> {
    if (this.#attachments.axons.has(neuronId)) await this.#attachments.detach(neuronId, this.#connecting);
  }

  /** Hosts an Engram, and ends it in the end. Resolves, rejects and throws like `attachAxon`. */
  attachEngram(engram: Engram): Promise<void> {
    this.#checkHost(engram.engramId);
    return this.#attachments.attachEngram(engram, this.#connecting);
  }

  /** Takes no new recalls and imprints for an Engram, and gives it back: it is the caller's to close. */
  async detachEngram(engramId: string): Promise<void> {
    if (this.#attachments.engrams.has(engramId)) await this.#attachments.detach(engramId, this.#connecting);
  }

  /**
   * Gives a task to a Neuron, in a trace of its own. What is wrong with the call is thrown; whatever happens later is
   * the Pathway's outcome. The trace closes with the answer unless `keepOpen`.
   */
  dispatch<Output = Json>(task: Dispatch): Pathway<Output> {
    return this.#started().calls.dispatch<Output>(task, this.#rootScope());
  }

  /**
   * Gives a task to a Neuron and waits for its answer. Rejects with the outcome's error; with DEADLINE_EXCEEDED if the
   * caller's time passes before the task's, which is then stopped.
   */
  async dispatchAndWait<Output = Json>({ timeoutMs, ...task }: DispatchAndWait): Promise<Reply<Output>> {
    checkTimeMs("timeoutMs", timeoutMs);
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
    const found = await takeSnapshot(this.observe({ types: ["REGISTER"] }));
    if (found !== undefined) return found;
    throw closed();
  }

  #isEnding(): boolean {
    return this.#ending !== undefined;
  }

  #started(): Connection {
    if (this.#ending !== undefined) throw closed();
    if (this.#connection !== undefined) return this.#connection;
    if (this.#lost !== undefined) throw this.#lost;
    throw new CosmoError("CLOSED", `Dendrite '${this.dendriteId}' is not started; await start() first`);
  }

  #rootScope(): Scope {
    return createRootScope(this.#ids, this.dendriteId);
  }

  #checkHost(id: string): void {
    if (this.#ending !== undefined) throw closed();
    if (this.#options.role !== "observer") return;
    throw new CosmoError("INVALID_ARGUMENT", `An observer hosts nothing; give '${id}' to a worker`, { field: "role" });
  }

  async #open(): Promise<Connection> {
    const { synapse, role = "worker", tracing = true, onError } = this.#options;
    const { axons, engrams } = this.#attachments;
    const ids = this.#attachments.ids();
    const spans = tracing ? await loadTracing() : undefined;
    const connection = await Connection.open({
      synapse,
      namespace: this.namespace,
      dendriteId: this.dendriteId,
      rights: RIGHTS_OF[role],
      tracing: spans,
      ids: this.#ids,
      clock: this.#clock,
      axons,
      engrams,
      onError: (error) => tell(onError, error),
      onLost: (reason) => {
        if (this.#connection !== undefined) this.#lose(reason);
      },
      abort: this.#opening.signal,
    });
    try {
      for (const id of ids) await this.#attachments.register(id, connection);
      if (connection.isOver) throw new CosmoError("UNAVAILABLE", "The session ended while it opened");
      return connection;
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
  }

  /** The Synapse ended the session: opens another one, if that may help and for as long as it may. */
  #lose(reason: CosmoError | undefined): void {
    this.#connection = undefined;
    if (this.#ending !== undefined) return;
    if (reason?.retryable === false) {
      this.#lost = reason;
      this.#connecting = Promise.reject(reason);
      this.#connecting.catch(() => undefined);
      return;
    }
    this.#lost = new CosmoError("UNAVAILABLE", "The session was lost, and there is no new one yet", {
      retryAfterMs: 100,
    });
    const reopening = openAgain({ open: () => this.#open(), clock: this.#clock, abort: this.#opening.signal });
    this.#connecting = reopening;
    reopening.then(
      (connection) => {
        if (!this.#isEnding()) this.#connection = connection;
      },
      (thrown: unknown) => {
        const error = toCosmoError(thrown, "INTERNAL");
        this.#lost = error;
        // A bus that was closed needs no word: its end was told when the session ended.
        if (!this.#isEnding() && error.code !== "CLOSED") tell(this.#options.onError, error);
      },
    );
  }

  async #end(how: "drain" | "close"): Promise<void> {
    // Without a session there is nothing to wait for.
    if (this.#lost !== undefined && this.#connection === undefined) this.#opening.abort();
    const connection = await this.#connecting?.catch(() => undefined);
    await connection?.[how]();
    await this.#attachments.end(how);
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

/** What a listener throws is its own affair, and must not end a session. */
function tell(onError: DendriteOptions["onError"], error: CosmoError): void {
  try {
    onError?.(error);
  } catch {
    // There is nobody else to tell.
  }
}

function closed(): CosmoError {
  return new CosmoError("CLOSED", "The Dendrite was closed");
}
