import {
  DeliveryReason,
  type Credit,
  type DeliveryNote,
  type Gap,
  type Live,
  type ObserveFilter,
  type Receipt,
  type Right,
} from "../../../gen/cosmonapse/v1/frames.js";
import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout, type Address, type Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { errorName, type CosmoError } from "../../errors/index.js";
import { createDeferred, type Clock, type Deferred } from "../../foundation/index.js";
import {
  createIdSource,
  createSignal,
  decodeSignal,
  encodeSignal,
  type IdSource,
  type SignalDraft,
} from "../../signal/index.js";
import type { Session, SessionReceiver, Synapse, Unnumbered } from "../../synapse/index.js";
import { check, checkEqual } from "../check.js";

/** A Signal as a peer got it. */
export interface Delivered {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
  readonly note: DeliveryNote;
}

/** A draft whose source may be left out: it is then the peer's dendrite id. */
export type PeerDraft = Omit<SignalDraft, "source"> & { readonly source?: string };

/** How a peer joins. */
export interface PeerOptions {
  readonly synapse: Synapse;
  readonly clock: Clock;
  readonly dendriteId: string;
  readonly namespace?: string;
  readonly rights?: readonly Right[];
  /** Holds back deliveries until it resolves: a consumer that is slow. */
  readonly slow?: Promise<void>;
}

interface Waiting {
  readonly matches: (delivered: Delivered) => boolean;
  readonly found: Deferred<Delivered>;
}

/** A scripted participant: it does only what a case tells it, and keeps all that it gets. */
export class Peer implements SessionReceiver {
  readonly ids: IdSource;
  readonly dendriteId: string;
  readonly inbox: Delivered[] = [];
  readonly gaps: Unnumbered<Gap>[] = [];
  readonly credits: Unnumbered<Credit>[] = [];
  readonly lives: Unnumbered<Live>[] = [];
  readonly isOver: Deferred<CosmoError | undefined> = createDeferred();
  readonly #options: PeerOptions;
  readonly #waiting: Waiting[] = [];
  readonly #fences = new Map<string, Deferred<void>>();
  readonly #onCredit: Deferred<Unnumbered<Credit>>[] = [];
  readonly #onGap: Deferred<void>[] = [];
  #session: Session | undefined;

  private constructor(options: PeerOptions) {
    this.#options = options;
    this.dendriteId = options.dendriteId;
    this.ids = createIdSource(options.clock);
  }

  /** Opens a session. */
  static async open(options: PeerOptions): Promise<Peer> {
    const peer = new Peer(options);
    const { synapse, namespace = "test", dendriteId, rights } = options;
    await synapse.connect();
    peer.#session = await synapse.open({ namespace, dendriteId, ...(rights === undefined ? {} : { rights }) }, peer);
    return peer;
  }

  get session(): Session {
    check(this.#session !== undefined, "the session is open");
    return this.#session;
  }

  deliver(bytes: Uint8Array, note: DeliveryNote): Promise<void> | undefined {
    const delivered = { bytes, note, signal: decodeSignal(bytes) };
    const index = this.#waiting.findIndex(({ matches }) => matches(delivered));
    if (index === -1) this.inbox.push(delivered);
    else this.#waiting.splice(index, 1)[0]?.found.resolve(delivered);
    return this.#options.slow;
  }

  live(live: Unnumbered<Live>): void {
    this.lives.push(live);
    this.#fences.get(live.subscriptionId)?.resolve();
  }

  gap(gap: Unnumbered<Gap>): void {
    this.gaps.push(gap);
    for (const waiting of this.#onGap.splice(0)) waiting.resolve();
  }

  credit(credit: Unnumbered<Credit>): void {
    const waiting = this.#onCredit.shift();
    if (waiting === undefined) this.credits.push(credit);
    else waiting.resolve(credit);
  }

  ended(reason: CosmoError | undefined): void {
    this.isOver.resolve(reason);
  }

  /** Makes a Signal of this peer. */
  make(draft: PeerDraft): Signal {
    return createSignal({ source: this.dendriteId, ...draft }, this.ids, this.#options.clock);
  }

  /** Publishes a Signal, or bytes as they are. */
  publish(signal: Signal | Uint8Array, attempt = 0): Promise<Receipt> {
    return this.session.publish(signal instanceof Uint8Array ? signal : encodeSignal(signal), { attempt });
  }

  /** Makes and publishes a Signal that must be accepted. */
  async send(draft: PeerDraft, attempt = 0): Promise<{ signal: Signal; receipt: Receipt }> {
    const signal = this.make(draft);
    const receipt = await this.publish(signal, attempt);
    const { rejection } = receipt;
    check(rejection === undefined, `${draft.body.$case} is accepted, not refused with ${rejection?.message ?? ""}`);
    return { signal, receipt };
  }

  /** Makes and publishes a Signal that must be refused with a code. */
  async refused(draft: PeerDraft, code: string, attempt = 0): Promise<ErrorDetail> {
    return this.refusedSignal(this.make(draft), code, attempt);
  }

  /** Publishes what must be refused with a code. */
  async refusedSignal(signal: Signal | Uint8Array, code: string, attempt = 0): Promise<ErrorDetail> {
    const { rejection } = await this.publish(signal, attempt);
    check(rejection !== undefined, `it is refused with ${code}, not accepted`);
    checkEqual(errorName(rejection.code), code, "the code of the refusal");
    return rejection;
  }

  /** Registers a Neuron. */
  registerNeuron(id: string, parts: Partial<RegisterBody> = {}): Promise<{ signal: Signal; receipt: Receipt }> {
    return this.send({ body: { $case: "register", value: registration(id, parts) } });
  }

  /** Registers an Engram. */
  registerEngram(id: string, parts: Partial<RegisterBody> = {}): Promise<{ signal: Signal; receipt: Receipt }> {
    const role = ParticipantRole.ENGRAM;
    return this.send({
      body: { $case: "register", value: registration(id, { role, storeId: `store-${id}`, ...parts }) },
    });
  }

  /** Observes; resolves once it is live. */
  observe(filter: Partial<ObserveFilter> = {}, id = "watch"): Promise<bigint> {
    return this.session.subscribe(id, { types: [], traceIds: [], participants: [], ...filter });
  }

  /** The next delivery that matches, from the inbox or still to come. */
  next(matches: (delivered: Delivered) => boolean = () => true): Promise<Delivered> {
    const index = this.inbox.findIndex(matches);
    const [there] = index === -1 ? [] : this.inbox.splice(index, 1);
    if (there !== undefined) return Promise.resolve(there);
    const found = createDeferred<Delivered>();
    this.#waiting.push({ matches, found });
    return found.promise;
  }

  /** The next request that this peer is to work on. */
  nextWork(): Promise<Delivered> {
    return this.next(({ note }) => note.reason === DeliveryReason.WORK);
  }

  /** The next reply to a request of this peer, or the FINAL of a trace that it opened. */
  nextReply(kind?: string): Promise<Delivered> {
    return this.next(
      ({ note, signal }) => note.reason === DeliveryReason.REPLY && (kind ?? signal.body?.$case) === signal.body?.$case,
    );
  }

  /** The next word that work is to stop. */
  nextStop(): Promise<Delivered> {
    return this.next(({ note }) => note.reason === DeliveryReason.STOP);
  }

  /** The next Signal that is observed, of a kind if one is given. */
  nextObserved(kind?: string): Promise<Delivered> {
    return this.next(
      ({ note, signal }) =>
        note.reason === DeliveryReason.OBSERVED && (kind ?? signal.body?.$case) === signal.body?.$case,
    );
  }

  /** Resolves when a gap was told. */
  gapTold(): Promise<void> {
    if (this.gaps.length > 0) return Promise.resolve();
    const told = createDeferred<void>();
    this.#onGap.push(told);
    return told.promise;
  }

  /** The next credit for PARTIALs. */
  nextCredit(): Promise<Unnumbered<Credit>> {
    const there = this.credits.shift();
    if (there !== undefined) return Promise.resolve(there);
    const waiting = createDeferred<Unnumbered<Credit>>();
    this.#onCredit.push(waiting);
    return waiting.promise;
  }

  /** Resolves when everything that the Synapse had for this peer by now was delivered: what is not there does not come. */
  async fence(): Promise<void> {
    const signal = this.make({ directed: nobody, body: { $case: "discover", value: {} } });
    const passed = createDeferred<void>();
    this.#fences.set(signal.id, passed);
    const { rejection } = await this.publish(signal);
    check(rejection === undefined, `a DISCOVER is accepted, not refused with ${rejection?.message ?? ""}`);
    await passed.promise;
  }

  /** Ends the session. */
  close(): Promise<void> {
    return this.session.close();
  }
}

const nobody: Address = { id: "nobody-has-this-id", type: "", capabilities: [], fanout: Fanout.ONE };

function registration(id: string, parts: Partial<RegisterBody>): RegisterBody {
  return {
    id,
    role: ParticipantRole.NEURON,
    kind: "",
    capabilities: [],
    version: "",
    maxInFlight: 0,
    retrySafe: false,
    storeId: "",
    description: "",
    ...parts,
  };
}
