import { BinaryReader } from "@bufbuild/protobuf/wire";
import { PublishNote, type Deliver, type DeliveryNote, type Publish } from "../../../../gen/cosmonapse/v1/frames.js";
import { ConnectRequest, ConnectResponse } from "../../../../gen/cosmonapse/v1/synapse_service.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { CosmoError } from "../../../errors/index.js";
import { readNote } from "./note-codec.js";

/** One frame from a peer; undefined for one that this version does not know (COS-GRPC-013). */
export type RequestFrame = NonNullable<ConnectRequest["frame"]> | undefined;

/** One frame from the Synapse; undefined for one that this version does not know (COS-GRPC-013). */
export type ResponseFrame = NonNullable<ConnectResponse["frame"]> | undefined;

const delimited = 2;
/** A Publish in a ConnectRequest, and a Deliver in a ConnectResponse. */
const batchField = 2;
const batchTag = (batchField << 3) | delimited;

/**
 * Reads a frame of a peer. Throws MALFORMED for bytes that are none, and TOO_LARGE for one over the limits of a frame,
 * before what is in it takes any memory (COS-GRPC-009, COS-GRPC-012, COS-GRPC-024).
 */
export function readRequestFrame(bytes: Uint8Array, limits: Limits): RequestFrame {
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === batchField && wireType === delimited) {
        if (reader.uint32() !== reader.len - reader.pos) throw new CosmoError("MALFORMED", "Nothing follows a Publish");
        return { $case: "publish", value: readPublish(reader, limits) };
      }
      reader.skip(wireType, field);
    }
    if (bytes.length > limits.frameBytes) {
      const message = `A frame that is no Publish has at most ${limits.frameBytes} bytes, not ${bytes.length}`;
      throw new CosmoError("TOO_LARGE", message, { requirement: "COS-GRPC-024" });
    }
    return ConnectRequest.decode(bytes).frame;
  } catch (thrown) {
    if (thrown instanceof CosmoError) throw thrown;
    throw new CosmoError("MALFORMED", "The frame is no ConnectRequest", { cause: thrown });
  }
}

/** Reads a frame of a Synapse. Throws MALFORMED for bytes that are none. */
export function readResponseFrame(bytes: Uint8Array): ResponseFrame {
  try {
    const reader = new BinaryReader(bytes);
    // Nearly all frames, and all that are long.
    if (bytes[0] === batchTag && reader.uint32() === batchTag && reader.uint32() === reader.len - reader.pos) {
      return { $case: "deliver", value: readDeliver(reader) };
    }
    return ConnectResponse.decode(bytes).frame;
  } catch (thrown) {
    throw new CosmoError("MALFORMED", "The frame is no ConnectResponse", { cause: thrown });
  }
}

function readDeliver(reader: BinaryReader): Deliver {
  const signals: Uint8Array[] = [];
  const notes: DeliveryNote[] = [];
  let first = 0n;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === 0) first = BigInt(reader.uint64());
    else if (field === 2 && wireType === delimited) signals.push(reader.bytes());
    else if (field === 3 && wireType === delimited) notes.push(readNote(reader, reader.uint32()));
    else reader.skip(wireType, field);
  }
  return { first, signals, notes };
}

function readPublish(reader: BinaryReader, { frameSignals, frameBytes }: Limits): Publish {
  const signals: Uint8Array[] = [];
  const notes: PublishNote[] = [];
  let first = 0n;
  let size = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === 0) first = BigInt(reader.uint64());
    else if (field === 2 && wireType === delimited) {
      const signal = reader.bytes();
      size += signal.length;
      if (signals.push(signal) > frameSignals || (signals.length > 1 && size > frameBytes)) {
        const message = `A frame holds at most ${frameSignals} Signals and ${frameBytes} bytes of them; send several`;
        throw new CosmoError("TOO_LARGE", message, { requirement: "COS-GRPC-009" });
      }
    } else if (field === 3 && wireType === delimited) {
      notes.push(PublishNote.decode(reader, reader.uint32()));
      checkNote(notes, frameSignals);
    } else reader.skip(wireType, field);
  }
  const last = notes.at(-1);
  if (last !== undefined && last.index >= signals.length) throw badNote(`Note ${last.index} is beyond the frame`);
  return { first, signals, notes };
}

function checkNote(notes: readonly PublishNote[], frameSignals: number): void {
  const [before, last] = [notes.at(-2), notes.at(-1)];
  if (notes.length > frameSignals || (before !== undefined && last !== undefined && last.index <= before.index)) {
    throw badNote("The notes of a frame are in ascending order, each once");
  }
}

function badNote(message: string): CosmoError {
  return new CosmoError("MALFORMED", message, { requirement: "COS-GRPC-012", field: "publish.notes" });
}
