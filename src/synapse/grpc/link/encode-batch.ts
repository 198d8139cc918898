/** The field that a Publish has in a ConnectRequest, and a Deliver in a ConnectResponse. */
const frameField = 2;
const delimited = 2;

// A Publish and a Deliver have the same form.
const [firstTag, signalTag, noteTag] = [1 << 3, (2 << 3) | delimited, (3 << 3) | delimited];

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest /= 0x80) size += 1;
  return size;
}

function sizeOfSpans(spans: readonly Uint8Array[]): number {
  let size = 0;
  for (const { length } of spans) size += 1 + sizeOfVarint(length) + length;
  return size;
}

/** Writes the parts of a frame one behind the other. */
class BatchWriter {
  readonly bytes: Buffer;
  #at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** A number below 2^53. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      this.bytes[this.#at] = (rest % 0x80) | 0x80;
      this.#at += 1;
    }
    this.bytes[this.#at] = rest;
    this.#at += 1;
  }

  spans(tag: number, spans: readonly Uint8Array[]): void {
    for (const span of spans) {
      this.bytes[this.#at] = tag;
      this.#at += 1;
      this.varint(span.length);
      this.bytes.set(span, this.#at);
      this.#at += span.length;
    }
  }
}

/**
 * The bytes of a frame that carries Signals: a Publish or a Deliver, with notes that are encoded already. The same as
 * the generated code writes, in one pass and one piece of memory; a test holds them together.
 */
export function encodeBatch(first: number, signals: readonly Uint8Array[], notes: readonly Uint8Array[]): Uint8Array {
  const size = 1 + sizeOfVarint(first) + sizeOfSpans(signals) + sizeOfSpans(notes);
  const writer = new BatchWriter(1 + sizeOfVarint(size) + size);
  writer.varint((frameField << 3) | delimited);
  writer.varint(size);
  writer.varint(firstTag);
  writer.varint(first);
  writer.spans(signalTag, signals);
  writer.spans(noteTag, notes);
  return writer.bytes;
}
