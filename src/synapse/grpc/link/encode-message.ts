import { BinaryWriter } from "@bufbuild/protobuf/wire";

// A writer keeps its buffer, which makes it several times faster than a new one. What one huge message needed must not
// be kept for ever, and what a throw leaves in it must not reach the next.
let writer = new BinaryWriter();
const keptBytesMax = 1_048_576;

/** The bytes of a message; they are the caller's own. */
export function encodeMessage<Message>(
  codec: { encode(message: Message, writer: BinaryWriter): BinaryWriter },
  message: Message,
): Uint8Array {
  const used = writer;
  writer = new BinaryWriter();
  const bytes = codec.encode(message, used).finish();
  if (bytes.length <= keptBytesMax) writer = used;
  return bytes;
}
