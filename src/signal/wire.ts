import { CosmoError } from "../errors/index.js";

/** Bytes that are no protobuf, or break a rule of the envelope. */
export function malformed(message: string, requirement: string, field = ""): never {
  throw new CosmoError("MALFORMED", message, { requirement, field });
}

/** Reads one message's fields in place, without making anything. Every read is bounded by `end`. */
export class WireCursor {
  bytes: Uint8Array = new Uint8Array();
  position = 0;
  end = 0;

  /** Points the cursor at a message. */
  reset(bytes: Uint8Array, position: number, end: number): void {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** A varint of at most 32 bits: a tag, a length, or a small number. Longer ones are refused. */
  uint32(): number {
    const { bytes } = this;
    let at = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= this.end) malformed("The bytes end within a number", "COS-ENV-028");
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) malformed("A number is over 32 bits", "COS-ENV-028");
        this.position = at;
        return value >>> 0;
      }
    }
    return malformed("A number is longer than 32 bits need", "COS-ENV-028");
  }

  /** A varint of at most 64 bits, as a number; inexact over 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let length = 0; length < 10; length += 1) {
      if (this.position >= this.end) malformed("The bytes end within a number", "COS-ENV-028");
      const byte = this.bytes[this.position] ?? 0;
      this.position += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (length === 9 && byte > 1) break;
        return value;
      }
      scale *= 128;
    }
    return malformed("A number is over 64 bits", "COS-ENV-028");
  }

  /** The length of a length-delimited field; the position is then at its first byte. */
  length(): number {
    const length = this.uint32();
    if (this.position + length > this.end) malformed("A field is longer than the bytes that are there", "COS-ENV-028");
    return length;
  }

  /** Passes over the value of a field. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0:
        this.varint();
        return;
      case 1:
        this.#advance(8);
        return;
      case 2: {
        const length = this.length();
        this.position += length;
        return;
      }
      case 5:
        this.#advance(4);
        return;
      default:
        malformed(`Wire type ${wireType} is not used by this protocol`, "COS-ENV-028");
    }
  }

  #advance(length: number): void {
    if (this.position + length > this.end) malformed("The bytes end within a field", "COS-ENV-028");
    this.position += length;
  }
}
