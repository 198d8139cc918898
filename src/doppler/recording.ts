import { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import { describeThrown, CosmoError, errorName } from "../errors/index.js";
import type { Json, JsonObject } from "../foundation/index.js";
import { decodeSignal, peekSignal, signalToJson, signalTypeName, SignalPeek } from "../signal/index.js";
import type { DopplerRecord, NoteRecord, SignalRecord } from "./record.js";

declare function btoa(binary: string): string;
declare function atob(text: string): string;

/** The version of the form, in every line. */
const version = 1;

/**
 * A record as the object of one line of a recording. Every line has `doppler` (the version of the form, 1), `kind`, `at`
 * (ISO 8601, UTC) and `namespace`. A `signal` has `number`, `type`, `bytes` (the published Signal in base64, which alone
 * is read back) and `signal` (the same for people), and where they say something `position` (as text), `snapshot`,
 * `asked`, `attempt` and `refused` (`code`, `message`, and `bytes` of the ErrorDetail). A `gap` has `missed` (as text, or
 * null: nobody knows) and `reason`, `first` and `last`. A `note` has `about` (live, lost) and `text`.
 */
export function writeRecord(record: DopplerRecord): JsonObject {
  const { kind, namespace } = record;
  const line = { doppler: version, kind, at: new Date(record.at).toISOString(), namespace };
  if (record.kind === "note") return { ...line, about: record.about, text: record.text };
  if (record.kind === "signal") return { ...line, ...writeSignal(record) };
  const { missed, reason, first, last } = record;
  return {
    ...line,
    missed: missed === undefined ? null : missed.toString(),
    reason,
    ...(first === undefined ? {} : { first: first.toString() }),
    ...(last === undefined ? {} : { last: last.toString() }),
  };
}

function writeSignal({ number, type, bytes, signal, position, isSnapshot, asked, attempt, refused }: SignalRecord): {
  [name: string]: Json;
} {
  return {
    number,
    type: signalTypeName(type),
    ...(position === 0n ? {} : { position: position.toString() }),
    ...(isSnapshot ? { snapshot: true } : {}),
    ...(asked.length === 0 ? {} : { asked }),
    ...(attempt === 0 ? {} : { attempt }),
    ...(refused === undefined ? {} : { refused: writeDetail(refused) }),
    signal: signalToJson(signal),
    bytes: toBase64(bytes),
  };
}

function writeDetail(detail: ErrorDetail): JsonObject {
  const bytes = toBase64(ErrorDetail.encode(detail).finish());
  return { code: errorName(detail.code), message: detail.message, bytes };
}

const peek = new SignalPeek();

/** Reads what `writeRecord` wrote; parts that it does not know are left aside. Throws MALFORMED for anything else. */
export function readRecord(value: unknown): DopplerRecord {
  if (!isFields(value)) return refuse("it is no object");
  if (value["doppler"] !== version) return refuse("its `doppler` is not 1");
  const { kind } = value;
  const at = Date.parse(textOf(value, "at"));
  if (Number.isNaN(at)) return refuse("`at` is no time");
  const stem = { at, namespace: textOf(value, "namespace") };
  if (kind === "note") return { kind, ...stem, about: readAbout(value["about"]), text: textOf(value, "text") };
  if (kind === "signal") return { kind, ...stem, ...readSignal(value) };
  if (kind !== "gap") return refuse("its `kind` is none of signal, gap and note");
  const missed = value["missed"] === null ? undefined : wholeOf(value, "missed");
  const first = value["first"] === undefined ? {} : { first: wholeOf(value, "first") };
  const last = value["last"] === undefined ? {} : { last: wholeOf(value, "last") };
  return { kind, ...stem, missed, ...first, ...last, reason: textOf(value, "reason") };
}

/**
 * The published Signal that a line holds, unread, so that a broken one can be examined; undefined for a gap or a note.
 * Throws MALFORMED for a line that is no record.
 */
export function readRecordBytes(value: unknown): Uint8Array | undefined {
  if (!isFields(value)) return refuse("it is no object");
  if (value["doppler"] !== version) return refuse("its `doppler` is not 1");
  return value["kind"] === "signal" ? bytesOf(value) : undefined;
}

function readSignal(value: Fields): Omit<SignalRecord, "kind" | "at" | "namespace"> {
  const { number, attempt = 0, asked = [], refused } = value;
  if (typeof number !== "number" || typeof attempt !== "number") return refuse("`number` or `attempt` is no number");
  if (!Array.isArray(asked)) return refuse("`asked` is no list");
  const bytes = bytesOf(value);
  peekSignal(bytes, peek);
  return {
    number,
    type: peek.type,
    signal: decodeSignal(bytes),
    bytes,
    position: value["position"] === undefined ? 0n : wholeOf(value, "position"),
    isSnapshot: value["snapshot"] === true,
    asked: asked.map(String),
    attempt,
    ...(isFields(refused) ? { refused: readDetail(refused) } : {}),
  };
}

function readAbout(about: unknown): NoteRecord["about"] {
  return about === "live" || about === "lost" ? about : refuse("its `about` is neither live nor lost");
}

function readDetail(value: Fields): ErrorDetail {
  try {
    return ErrorDetail.decode(bytesOf(value));
  } catch (thrown) {
    return refuse(`\`refused\` cannot be read: ${describeThrown(thrown)}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: Fields, name: string): string {
  const text = value[name];
  return typeof text === "string" ? text : refuse(`\`${name}\` is no text`);
}

function wholeOf(value: Fields, name: string): bigint {
  const text = textOf(value, name);
  return /^\d{1,20}$/.test(text) ? BigInt(text) : refuse(`\`${name}\` is no whole number`);
}

function bytesOf(value: Fields): Uint8Array {
  const text = textOf(value, "bytes");
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    return refuse("`bytes` is no base64");
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function refuse(why: string): never {
  throw new CosmoError("MALFORMED", `This is no record of doppler: ${why}`);
}
