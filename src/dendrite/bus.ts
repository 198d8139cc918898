import type { Receipt } from "../../gen/cosmonapse/v1/frames.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";
import type { Clock } from "../foundation/index.js";
import { createSignal, encodeSignal, type IdSource, type SignalDraft } from "../signal/index.js";
import type { Session } from "../synapse/index.js";

/** What a bus is made with. */
export interface BusOptions {
  readonly session: Session;
  readonly ids: IdSource;
  readonly clock: Clock;
  /** The source of Signals that name no other. */
  readonly dendriteId: string;
}

/** A draft whose source may be left out. */
export type Outgoing = Omit<SignalDraft, "source"> & { readonly source?: string };

/** Makes and publishes the Signals of one Dendrite. */
export class Bus {
  readonly session: Session;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly dendriteId: string;

  constructor({ session, ids, clock, dendriteId }: BusOptions) {
    this.session = session;
    this.ids = ids;
    this.clock = clock;
    this.dendriteId = dendriteId;
  }

  /** Makes a Signal; the source is the Dendrite unless given. */
  create(draft: Outgoing): Signal {
    return createSignal({ source: this.dendriteId, ...draft }, this.ids, this.clock);
  }

  /** Publishes an encoded Signal, under an attempt (COS-RED-011). Rejects with what it was refused for. */
  async publish(signal: Uint8Array, attempt = 0): Promise<Receipt> {
    const receipt = await this.session.publish(signal, { attempt });
    if (receipt.rejection !== undefined) throw new CosmoError(receipt.rejection);
    return receipt;
  }

  /** Makes a Signal and publishes it. */
  async send(draft: Outgoing, attempt = 0): Promise<Receipt> {
    return this.publish(encodeSignal(this.create(draft)), attempt);
  }
}
