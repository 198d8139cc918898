import { DeliveryReason, type Credit, type DeliveryNote, type Gap, type Live, type Right } from "../../gen/cosmonapse/v1/frames.js";
import { DeregisterReason, type RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import type { Engram } from "../engram/index.js";
import { CosmoError, toCosmoError } from "../errors/index.js";
import type { CancelTimer, Clock } from "../foundation/index.js";
import { decodeSignal, type IdSource } from "../signal/index.js";
import type { Session, SessionReceiver, Synapse } from "../synapse/index.js";
import { Asker } from "./asker.js";
import { Bus } from "./bus.js";
import { Calls } from "./calls.js";
import { Observer } from "./observer.js";
import { errorOf } from "./outcome.js";
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
  readonly onError: (error: CosmoError) => void;
}

const nothing: CancelTimer = () => undefined;

/** A Dendrite's open session, and all that goes on in it. */
export class Connection implements SessionReceiver {
  readonly bus: Bus;
  readonly asker: Asker;
  readonly calls: Calls;
  readonly observer: Observer;
  readonly #works: WorkHost;
  readonly #onError: (error: CosmoError) => void;
  #cancelHeartbeat: CancelTimer = nothing;
  #isOver = false;

  private constructor(session: Session, options: ConnectionOptions) {
    const { ids, clock, dendriteId, namespace, axons, engrams, onError } = options;
    this.#onError = onError;
    this.bus = new Bus({ session, ids, clock, dendriteId });
    this.asker = new Asker(this.bus);
    this.observer = new Observer(this.bus);
    const watch = (traceId: string, abort: AbortSignal | undefined) => this.observer.openTrace(traceId, abort);
    this.calls = new Calls({ bus: this.bus, asker: this.asker, watch, onError });
    this.#works = new WorkHost({ bus: this.bus, calls: this.calls, namespace, axons, engrams, onError });
  }

  /** Opens a session and registers what is attached. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { synapse, namespace, dendriteId, rights } = options;
    await synapse.connect();
    let connection: Connection | undefined;
    const receiver: SessionReceiver = {
      deliver: (signal, note) => connection?.deliver(signal, note),
      live: (live) => connection?.live(live),
      gap: (gap) => connection?.gap(gap),
      credit: (credit) => connection?.credit(credit),
      ended: (reason) => connection?.ended(reason),
    };
    const session = await synapse.open({ namespace, dendriteId, rights }, receiver);
    connection = new Connection(session, options);
    connection.#scheduleHeartbeat(options);
    return connection;
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
    await this.asker.idle();
    await this.close();
  }

  /** Ends the session; what goes on in it is stopped. */
  async close(): Promise<void> {
    this.#end(new CosmoError("CLOSED", "The Dendrite was closed"));
    await this.bus.session.close();
  }

  deliver(bytes: Uint8Array, note: DeliveryNote): void {
    const signal = decodeSignal(bytes);
    switch (note.reason) {
      case DeliveryReason.WORK:
        this.#works.start(signal, note);
        break;
      case DeliveryReason.REPLY:
        this.asker.deliver(signal, note);
        break;
      case DeliveryReason.STOP:
        this.#works.stop(note, errorOf(signal) ?? stoppedBy(signal.source));
        break;
      case DeliveryReason.OBSERVED:
      case DeliveryReason.SNAPSHOT:
        this.observer.deliver(signal, note);
        break;
      case DeliveryReason.UNSPECIFIED:
        break;
    }
  }

  live(live: Live): void {
    this.observer.live(live);
  }

  gap(gap: Gap): void {
    this.observer.gap(gap);
  }

  credit(credit: Credit): void {
    this.#works.credit(credit);
  }

  ended(reason: CosmoError | undefined): void {
    if (this.#isOver) return;
    const message = reason === undefined ? "The session ended" : `The session ended: ${reason.message}`;
    const lost = new CosmoError("OUTCOME_UNKNOWN", message, { requirement: "COS-SES-008", cause: reason });
    this.#end(lost);
    if (reason !== undefined) this.#onError(reason);
  }

  #end(reason: CosmoError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelHeartbeat();
    this.#works.stopAll(reason);
    this.asker.failAll(reason);
    this.observer.endAll(reason.code === "CLOSED" ? undefined : reason);
  }

  #scheduleHeartbeat({ axons, engrams, clock }: ConnectionOptions): void {
    const beat = (): void => {
      this.#cancelHeartbeat = clock.schedule(this.bus.session.limits.heartbeatMs, beat);
      if (axons.size + engrams.size === 0) return;
      this.bus
        .send({ body: { $case: "heartbeat", value: { ids: [] } } })
        .catch((thrown: unknown) => this.#onError(toCosmoError(thrown, "INTERNAL")));
    };
    this.#cancelHeartbeat = clock.schedule(this.bus.session.limits.heartbeatMs, beat);
  }
}

function stoppedBy(source: string): CosmoError {
  return new CosmoError("CANCELLED", `Stopped by '${source}'`, { requirement: "COS-STOP-003" });
}
