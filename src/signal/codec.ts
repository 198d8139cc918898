import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, describeThrown } from "../errors/index.js";

// A writer keeps its buffer between Signals, which makes it faster than a new one. What a throw leaves in it must not
// reach the next Signal, and what one huge Signal needed must not be kept for ever: then it is replaced.
let writer = new BinaryWriter();
const keptBytesMax = 1_048_576;

/**
 * The bytes of a Signal; they are the caller's own and nothing writes to them again. Fields that came from a later
 * version are written as they came (COS-TYPE-014). Throws MALFORMED for values that their fields cannot hold.
 */
export function encodeSignal(signal: Signal): Uint8Array {
  try {
    const bytes = Signal.encode(signal, writer).finish();
    if (bytes.length > keptBytesMax) writer = new BinaryWriter();
    return bytes;
  } catch (thrown) {
    writer = new BinaryWriter();
    throw new CosmoError("MALFORMED", `The Signal cannot be encoded: ${describeThrown(thrown)}`, { cause: thrown });
  }
}

/**
 * Reads a Signal. Its strings and numbers are its own; `Content.data`, other bytes and what a later version added are
 * views of the bytes that were given, which must not be changed while the Signal lives. Enum values and fields of a
 * later version are kept (COS-TYPE-012, COS-TYPE-014). It reads, it does not judge: `scanSignal` and `validateSignal`
 * do; of bytes that passed the scan it reads the very header that was scanned. Throws MALFORMED for bytes that are no
 * protobuf, also within the body (COS-ENV-028).
 */
export function decodeSignal(bytes: Uint8Array): Signal {
  let signal: Signal;
  try {
    signal = Signal.decode(plain(bytes));
  } catch (thrown) {
    const message = `The bytes are no Signal: ${describeThrown(thrown)}`;
    throw new CosmoError("MALFORMED", message, { requirement: "COS-ENV-028", cause: thrown });
  }
  // The generated reader takes a field with the number zero for one of a later version.
  const { _unknownFields: unknown } = signal;
  if (unknown !== undefined && Object.keys(unknown).some((tag) => Number(tag) >>> 3 === 0)) {
    throw new CosmoError("MALFORMED", "The bytes are no Signal: a field has the number zero", {
      requirement: "COS-ENV-028",
    });
  }
  return signal;
}

/** The same bytes, not as a subclass such as Node's Buffer: what is cut from those would be one too. */
function plain(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
