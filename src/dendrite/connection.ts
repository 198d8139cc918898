import {
  DeliveryReason,
  type Credit,
  type DeliveryNote,
  type Gap,
  type Live,
  type Right,
} from "../../gen/cosmonapse/v1/frames.js";
import { DeregisterReason, type RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import type { Engram } from "../engram/index.js";
import { CosmoError, toCosmoError } from "../errors/index.js";
import type { CancelTimer, Clock } from "../foundation/index.js";
import type { IdSource } from "../signal/index.js";
import type { Session, SessionReceiver, Synapse, Unnumbered } from "../synapse/index.js";
import type { Tracing } from "../telemetry/index.js";
import { Asker } from "./asker.js";
import { Bus } from "./bus.js";
import { Calls } from "./calls.js";
import { Observer } from "./observer.js";
import { errorOf } from "./outcome.js";
import { readDelivered } from "./read-delivered.js";
import { WorkHost, type AnyAxon } from "./work-host.js";

/** What a connection is opened with. */
export interface ConnectionOptions {
  readonly synapse: Synapse;
  readonly namespace: string;
  readonly dendriteId: string;
  readonly rights: readonly Right[];
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly axons: ReadonlyMap<string, AnyAxon>;
  readonly engrams: ReadonlyMap<string, Engram>;
  /** Undefined: nobody traces. */
  readonly tracing: Tracing | undefined;
  readonly onError: (error: CosmoError) => void;
  /** Called once, if the Synapse ends the session; everything that went on in it has ended by then. */
  readonly onLost: (reason: CosmoError | undefined) => void;
  /** Ends the attempt to open. */
  readonly abort: AbortSignal;
}

/** A Dendrite's open session, and all that goes on in it. */
export class Connection implements SessionReceiver {
  readonly bus: Bus;
  readonly calls: Calls;
  readonly observer: Observer;
  readonly #asker: Asker;
  readonly #works: WorkHost;
  readonly #onError: (error: CosmoError) => void;
  readonly #onLost: ConnectionOptions["onLost"];
  #cancelHeartbeat: CancelTimer = () => undefined;
  #isOver = false;

  private constructor(session: Session, options: ConnectionOptions) {
    const { ids, clock, dendriteId, namespace, axons, engrams, tracing, onError, onLost } = options;
    this.#onError = onError;
    this.#onLost = onLost;
    const bus = new Bus({ session, ids, clock, dendriteId });
    const asker = new Asker(bus);
    const observer = new Observer(bus);
    const calls = new Calls({ bus, asker, observer, tracing, namespace, onError });
    this.bus = bus;
    this.#asker = asker;
    this.observer = observer;
    this.calls = calls;
    this.#works = new WorkHost({ bus, calls, namespace, tracing, axons, engrams, onError });
    this.#scheduleHeartbeat(options);
  }

  /** Opens a session. Rejects with what the Synapse refuses. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { synapse, namespace, dendriteId, rights, abort } = options;
    let connection: Connection | undefined;
    let over: { readonly reason: CosmoError | undefined } | undefined;
    // Before anything is registered or asked, the only thing that can come is the end.
    const receiver: SessionReceiver = {
      deliver: (signal, note) => connection?.deliver(signal, note),
      live: (live) => connection?.live(live),
      gap: (gap) => connection?.gap(gap),
      credit: (credit) => connection?.credit(credit),
      ended: (reason) => {
        over = { reason };
        connection?.ended(reason);
      },
    };
    const session = await synapse.open({ namespace, dendriteId, rights, abort }, receiver);
    connection = new Connection(session, options);
    if (over !== undefined) connection.ended(over.reason);
    return connection;
  }

  /** True once nothing goes on in it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Declares a service. Rejects with what the Synapse refuses. */
  async register(value: RegisterBody): Promise<void> {
    await this.bus.send({ body: { $case: "register", value } });
  }

  /** Takes a service back; what is in flight is still answered. */
  async deregister(id: string): Promise<void> {
    await this.bus.send({ body: { $case: "deregister", value: { id, reason: DeregisterReason.DETACHED } } });
  }

  /** Takes no new work, waits for what is in flight, and ends the session. */
  async drain(): Promise<void> {
    await this.bus.session.drain();
    await this.#works.idle();
    await this.#asker.idle();
    await this.close();
  }

  /** Ends the session; what goes on in it is stopped. */
  async close(): Promise<void> {
    this.#end(new CosmoError("CLOSED", "The Dendrite was closed"));
    await this.bus.session.close();
  }

  deliver(bytes: Uint8Array, note: DeliveryNote): void {
    const { ids, clock, session } = this.bus;
    const { signal, fault } = readDelivered(bytes, { ids, clock, limits: session.limits });
    if (fault !== undefined) this.#onError(fault);
    switch (note.reason) {
      case DeliveryReason.WORK:
        if (fault === undefined) this.#works.start(signal, note);
        else this.#works.refuse(signal, note, fault);
        break;
      case DeliveryReason.REPLY:
        this.#takeReply(signal, note);
        break;
      case DeliveryReason.STOP:
        this.#works.stop(note, errorOf(signal) ?? stoppedBy(signal.source));
        break;
      case DeliveryReason.OBSERVED:
      case DeliveryReason.SNAPSHOT:
        if (fault === undefined) this.observer.deliver(signal, note);
        else this.observer.unreadable(note);
        break;
      case DeliveryReason.UNSPECIFIED:
        break;
    }
  }

  live(live: Unnumbered<Live>): void {
    this.observer.live(live);
  }

  gap(gap: Unnumbered<Gap>): void {
    this.observer.gap(gap);
  }

  credit(credit: Unnumbered<Credit>): void {
    this.#works.credit(credit);
  }

  ended(reason: CosmoError | undefined): void {
    if (this.#isOver) return;
    const message = reason === undefined ? "The session ended" : `The session ended: ${reason.message}`;
    this.#end(new CosmoError("OUTCOME_UNKNOWN", message, { requirement: "COS-TASK-006", cause: reason }));
    if (reason !== undefined) this.#onError(reason);
    this.#onLost(reason);
  }

  #takeReply(signal: Signal, note: DeliveryNote): void {
    if (signal.body?.$case === "final") this.observer.traceClosed(signal.traceId);
    else this.#asker.deliver(signal, note);
  }

  #end(reason: CosmoError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelHeartbeat();
    this.#works.end(reason);
    this.#asker.failAll(reason);
    this.observer.endAll(reason.code === "CLOSED" ? undefined : reason);
  }

  /** Says regularly that what is attached lives (COS-REG-012). */
  #scheduleHeartbeat({ axons, engrams, clock }: ConnectionOptions): void {
    const { heartbeatMs } = this.bus.session.limits;
    const beat = (): void => {
      this.#cancelHeartbeat = clock.schedule(heartbeatMs, beat);
      if (axons.size + engrams.size === 0) return;
      this.bus
        .send({ body: { $case: "heartbeat", value: { ids: [] } } })
        .catch((thrown: unknown) => this.#onError(toCosmoError(thrown, "INTERNAL")));
    };
    this.#cancelHeartbeat = clock.schedule(heartbeatMs, beat);
  }
}

function stoppedBy(source: string): CosmoError {
  return new CosmoError("CANCELLED", `Stopped by '${source}'`, { requirement: "COS-STOP-003" });
}
