import { decodeMessage } from "../wire/decode.js";
import { readFields } from "../wire/reader.js";
import type { Schema } from "../wire/schema.js";
import type { ValueObject } from "../wire/value.js";
import { join } from "../wire/writer.js";

const signalName = "cosmonapse.v1.Signal";

/** A Signal; of one whose body cannot be read, the header. */
export function readSignal(schema: Schema, bytes: Uint8Array): ValueObject {
  try {
    return decodeMessage(schema, signalName, bytes);
  } catch {
    const header = readFields(bytes).filter(({ number }) => number < 16 || number >= 1_000);
    return decodeMessage(schema, signalName, join(...header.map(({ raw }) => raw)));
  }
}
