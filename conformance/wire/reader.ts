/** The wire types of protobuf that are read; groups are not. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One field as it stands on the wire. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** What a varint says; zero for any other. */
  readonly value: bigint;
  /** The content: of a length-delimited field without its length, of a fixed one its bytes. */
  readonly content: Uint8Array;
  /** The whole field, its tag included. */
  readonly raw: Uint8Array;
}

/** Bytes that are no message. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const lengthMax = 2n ** 31n;
const numberMax = 2n ** 29n;

interface Varint {
  readonly value: bigint;
  readonly end: number;
}

function readVarint(bytes: Uint8Array, start: number): Varint {
  let value = 0n;
  for (let at = start; at < start + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) throw new WireError("a varint is cut off");
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + 1 };
  }
  throw new WireError("a varint has more than ten bytes");
}

/**
 * The fields of a message in the order in which they stand. Throws WireError for what is cut off, an overlong varint,
 * the number zero, a group and an unknown wire type.
 */
export function readFields(bytes: Uint8Array): readonly WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const [number, wireType] = [tag.value >> 3n, Number(tag.value & 7n)];
    if (number === 0n || number >= numberMax) throw new WireError(`a field cannot have the number ${number}`);
    const body = readContent(bytes, tag.end, wireType);
    if (body.end > bytes.length) throw new WireError("a field is cut off");
    const content = bytes.subarray(body.start, body.end);
    fields.push({ number: Number(number), wireType, value: body.value, content, raw: bytes.subarray(at, body.end) });
    at = body.end;
  }
  return fields;
}

interface Content extends Varint {
  readonly start: number;
}

function readContent(bytes: Uint8Array, start: number, wireType: number): Content {
  switch (wireType) {
    case wireTypes.varint:
      return { ...readVarint(bytes, start), start };
    case wireTypes.fixed64:
      return { value: 0n, start, end: start + 8 };
    case wireTypes.fixed32:
      return { value: 0n, start, end: start + 4 };
    case wireTypes.bytes: {
      const length = readVarint(bytes, start);
      if (length.value >= lengthMax) throw new WireError(`a field cannot be ${length.value} bytes long`);
      return { value: 0n, start: length.end, end: length.end + Number(length.value) };
    }
    default:
      throw new WireError(`the wire type ${wireType} is not read`);
  }
}

/** The varints of a packed field. Throws WireError if the last is cut off. */
export function readPacked(content: Uint8Array): readonly bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < content.length;) {
    const { value, end } = readVarint(content, at);
    values.push(value);
    at = end;
  }
  return values;
}
