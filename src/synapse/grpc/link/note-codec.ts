import type { BinaryReader } from "@bufbuild/protobuf/wire";
import { DeliveryNote } from "../../../../gen/cosmonapse/v1/frames.js";
import { CosmoError } from "../../../errors/index.js";
import { encodeMessage } from "./encode-message.js";

// Beside what observers see stands little, and it is the same for all: that is written and read here, several times
// faster than by the generated code, which has the rest. A test holds them together.
const tags = { reason: 8, position: 16, type: 24, attempt: 32, subscriptionId: 74 };

const scratch = new Uint8Array(256);
let at = 0;

/** The bytes of a note; they are the caller's own. */
export function encodeNote(note: DeliveryNote): Uint8Array {
  if (!isPlain(note)) return encodeMessage(DeliveryNote, note);
  at = 0;
  number(tags.reason, note.reason);
  number(tags.position, Number(note.position));
  number(tags.type, note.type);
  number(tags.attempt, note.attempt);
  return name(tags.subscriptionId, note.subscriptionId) ? scratch.slice(0, at) : encodeMessage(DeliveryNote, note);
}

function isPlain({ remaining, participant, asked, refused, subscriptionId, requestId }: DeliveryNote): boolean {
  const isBare = remaining === undefined && refused === undefined && asked.length === 0;
  return isBare && participant === "" && requestId === "" && subscriptionId.length < 0x80;
}

/** A number below 2^53; zero is not written. */
function number(tag: number, value: number): void {
  if (value === 0) return;
  scratch[at] = tag;
  at += 1;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    scratch[at] = (rest % 0x80) | 0x80;
    at += 1;
  }
  scratch[at] = rest;
  at += 1;
}

/** A short text; false if it is no ASCII. */
function name(tag: number, text: string): boolean {
  if (text === "") return true;
  scratch[at] = tag;
  scratch[at + 1] = text.length;
  at += 2;
  let all = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    all |= code;
    scratch[at] = code;
    at += 1;
  }
  return all < 0x80;
}

/** Reads a note of so many bytes. Throws MALFORMED, or what the generated code throws. */
export function readNote(reader: BinaryReader, length: number): DeliveryNote {
  const start = reader.pos;
  const end = start + length;
  let [reason, type, attempt, subscriptionId] = [0, 0, 0, ""];
  let position = 0n;
  while (reader.pos < end) {
    switch (reader.uint32()) {
      case tags.reason:
        reason = reader.int32();
        break;
      case tags.position:
        position = BigInt(reader.uint64());
        break;
      case tags.type:
        type = reader.uint32();
        break;
      case tags.attempt:
        attempt = reader.uint32();
        break;
      case tags.subscriptionId:
        subscriptionId = reader.string();
        break;
      default:
        reader.pos = start;
        return DeliveryNote.decode(reader, length);
    }
  }
  if (reader.pos !== end) throw new CosmoError("MALFORMED", "A field is longer than its note");
  return {
    // A number of a later version is one that nobody here asks for.
    reason: reason as DeliveryNote["reason"],
    position,
    type,
    attempt,
    remaining: undefined,
    participant: "",
    asked: [],
    refused: undefined,
    subscriptionId,
    requestId: "",
  };
}
