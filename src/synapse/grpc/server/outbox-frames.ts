import type { Receipt } from "../../../../gen/cosmonapse/v1/frames.js";
import { ConnectResponse } from "../../../../gen/cosmonapse/v1/synapse_service.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { writeDuration } from "../../../errors/index.js";
import type { Outbound, OutboundDelivery, Outbox } from "../../index.js";
import { encodeBatch } from "../link/encode-batch.js";
import { encodeMessage } from "../link/encode-message.js";
import { encodeNote } from "../link/note-codec.js";
import type { SentLog } from "../link/sent-log.js";

/** Receipts in one frame. */
const receiptsMax = 256;

/** One frame of the Synapse, as bytes. */
export function encodeResponse(frame: NonNullable<ConnectResponse["frame"]>): Uint8Array {
  return encodeMessage(ConnectResponse, { frame });
}

/** Makes numbered frames of what waits in an outbox, each as full as what is ready fills it (COS-GRPC-009). */
export class OutboxFrames {
  readonly #outbox: Outbox;
  readonly #log: SentLog;
  readonly #limits: Limits;
  /** Taken from the outbox, and without room in the frame before. */
  #carried: Outbound | undefined;
  #receipts: Receipt[] = [];
  #decided = 0;
  #told = 0;

  constructor(outbox: Outbox, log: SentLog, limits: Limits) {
    this.#outbox = outbox;
    this.#log = log;
    this.#limits = limits;
  }

  /** The last number of the peer that a Receipts frame was made for. */
  get told(): number {
    return this.#told;
  }

  /** True if nothing waits. */
  get isEmpty(): boolean {
    return this.#outbox.size === 0 && this.#carried === undefined && this.#decided === this.#told;
  }

  /** Tells the peer that the Synapse will end. */
  announceDrain(withinMs: number): void {
    this.#append(1, (number) => ({ $case: "drain", value: { within: writeDuration(withinMs), number } }));
  }

  /** The next frame: what a link before this one sent in vain, then what waits; undefined while nothing may be sent. */
  next(): Uint8Array | undefined {
    const again = this.#log.takeUnsent();
    if (again !== undefined) return again;
    this.#fill();
    return this.#log.takeUnsent();
  }

  #fill(): void {
    // What found no room after the frame before goes first.
    this.#tell();
    const { frameSignals } = this.#limits;
    const signals: Uint8Array[] = [];
    const notes: Uint8Array[] = [];
    let bytes = 0;
    const { room } = this.#log;
    while (signals.length < frameSignals && this.#receipts.length < receiptsMax) {
      // The receipts take a number as well.
      if (signals.length + (this.#decided === this.#told ? 0 : 1) >= room) break;
      const item = this.#take();
      if (item === undefined) break;
      if (item.kind === "decided") {
        this.#decided = item.number;
        if (item.receipt !== undefined) this.#receipts.push(item.receipt);
      } else if (item.kind === "deliver" && this.#fits(item, signals.length, bytes)) {
        signals.push(item.signal);
        notes.push(encodeNote(item.note));
        bytes += item.signal.length;
      } else if (item.kind === "deliver" || signals.length > 0) {
        this.#carried = item;
        break;
      } else {
        this.#append(1, (number) => controlFrame(item, number));
        break;
      }
    }
    if (signals.length > 0) {
      this.#log.append(signals.length, (first) => encodeBatch(first, signals, notes));
    }
    this.#tell();
  }

  /** What came before the decisions is in earlier frames now, so that they can be told. */
  #tell(): void {
    if (this.#decided === this.#told || this.#log.room === 0) return;
    const receipts = this.#receipts;
    this.#receipts = [];
    this.#told = this.#decided;
    const through = BigInt(this.#told);
    this.#append(1, (number) => ({ $case: "receipts", value: { through, receipts, number } }));
  }

  #take(): Outbound | undefined {
    const carried = this.#carried;
    this.#carried = undefined;
    return carried ?? this.#outbox.take();
  }

  #fits({ signal }: OutboundDelivery, count: number, bytes: number): boolean {
    if (bytes + signal.length > this.#log.roomBytes) return false;
    return count === 0 || bytes + signal.length <= this.#limits.frameBytes;
  }

  #append(count: number, make: (first: bigint) => NonNullable<ConnectResponse["frame"]>): void {
    this.#log.append(count, (first) => encodeResponse(make(BigInt(first))));
  }
}

function controlFrame(
  item: Exclude<Outbound, { kind: "deliver" } | { kind: "decided" }>,
  number: bigint,
): NonNullable<ConnectResponse["frame"]> {
  switch (item.kind) {
    case "live":
      return { $case: "live", value: { ...item.live, number } };
    case "gap":
      return { $case: "gap", value: { ...item.gap, number } };
    case "credit":
      return { $case: "credit", value: { ...item.credit, number } };
  }
}
