import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { errorName } from "../../errors/index.js";
import { systemClock } from "../../foundation/index.js";
import { GrpcSynapse } from "../../synapse/grpc/index.js";
import { Peer, type Delivered, type Dice } from "../index.js";
import type { FaultProxy } from "./fault-proxy.js";

/** How a replica is made. */
export interface ReplicaOptions {
  readonly proxy: FaultProxy;
  readonly dice: Dice;
  readonly dendriteId: string;
  readonly namespace: string;
  /** Called with each request that it is given. */
  readonly onGiven: (work: Delivered) => void;
}

const partsMax = 3;

/** A request whose answer it keeps: the number of parts, and whether they are said already. */
interface Kept {
  readonly work: Delivered;
  readonly parts: number;
  readonly isBegun: boolean;
}

/**
 * One of several hosts of the Neuron `thinker`, behind a proxy of its own. It keeps some of what it is given, or
 * of that only the end, until it is told to answer. When its session is lost it opens another, registers again, and there offers the answers of before
 * once more, as if nothing had been.
 */
export class Replica {
  readonly dendriteId: string;
  readonly proxy: FaultProxy;
  /** What became of the answers that it offered after it had lost the session: codes of refusal, "" if accepted. */
  readonly stale: string[] = [];
  /** How many sessions it had, from registration on. */
  sessions = 0;
  /** How many of them it lost. */
  lost = 0;
  readonly #options: ReplicaOptions;
  readonly #synapse: GrpcSynapse;
  readonly #given: Delivered[] = [];
  readonly #kept: Kept[] = [];
  #peer: Peer | undefined;
  #isKeeping = true;
  #isClosed = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.dendriteId = options.dendriteId;
    this.proxy = options.proxy;
    this.#synapse = new GrpcSynapse(`cosmo://127.0.0.1:${options.proxy.port}`);
  }

  /** Works until it is closed; resolves then. `onReady` is called with each session that is registered. */
  async run(onReady: () => void): Promise<void> {
    while (!this.#isClosed) {
      try {
        const peer = await this.#join();
        await peer.registerNeuron("thinker", { retrySafe: true, maxInFlight: 100 });
        this.#peer = peer;
        void this.#serve(peer);
        onReady();
        await this.#offerAgain(peer);
        this.sessions += 1;
        const reason = await peer.isOver.promise;
        if (reason?.code === "SESSION_LOST") this.lost += 1;
      } catch {
        // Whoever opens a session over such a connection tries again.
      }
    }
  }

  /** Keeps some of what it is given from now on. */
  keep(): void {
    this.#isKeeping = true;
  }

  /** Answers what it keeps, and keeps nothing more. */
  answer(): void {
    this.#isKeeping = false;
    for (const kept of this.#kept.splice(0)) {
      if (this.#peer === undefined) continue;
      if (!kept.isBegun) this.#begin(this.#peer, kept);
      this.#end(this.#peer, kept);
    }
  }

  /** Ends its session and its connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#synapse.close();
  }

  #join(): Promise<Peer> {
    const { dendriteId, namespace } = this.#options;
    return Peer.open({ synapse: this.#synapse, clock: systemClock, dendriteId, namespace });
  }

  async #serve(peer: Peer): Promise<void> {
    for (;;) {
      const work = await peer.nextWork();
      this.#given.push(work);
      this.#take(peer, work);
      this.#options.onGiven(work);
    }
  }

  async #offerAgain(peer: Peer): Promise<void> {
    const before = this.#given.splice(0);
    this.#kept.length = 0;
    for (const work of before) {
      const { rejection } = await peer.publish(peer.make(replyTo(work, 0, 0)), work.note.attempt);
      this.stale.push(rejection === undefined ? "" : errorName(rejection.code));
    }
  }

  #take(peer: Peer, work: Delivered): void {
    const { dice } = this.#options;
    const parts = dice.below(partsMax + 1);
    const isKept = this.#isKeeping && dice.percent(70);
    const kept = { work, parts, isBegun: !isKept || dice.percent(30) };
    if (kept.isBegun) this.#begin(peer, kept);
    if (isKept) this.#kept.push(kept);
    else this.#end(peer, kept);
  }

  #begin(peer: Peer, { work, parts }: Kept): void {
    for (let part = 1; part <= parts; part += 1) this.#say(peer, work, replyTo(work, part, 0));
  }

  #end(peer: Peer, { work, parts }: Kept): void {
    this.#say(peer, work, replyTo(work, 0, parts));
  }

  #say(peer: Peer, { note }: Delivered, draft: ReturnType<typeof replyTo>): void {
    // Where the session is lost, nobody says what became of it.
    peer.publish(peer.make(draft), note.attempt).catch(() => undefined);
  }
}

function replyTo({ signal, note }: Delivered, part: number, parts: number) {
  return {
    source: note.participant,
    traceId: signal.traceId,
    parentId: signal.id,
    exchange: part === 0 ? Exchange.REPLY : Exchange.PARTIAL,
    body: { $case: "agentOutput", value: { output: undefined, part, parts } } as const,
  };
}
