import { describeThrown } from "../../errors/index.js";
import { readRecordBytes } from "../../doppler/index.js";
import { peekSignal, SignalPeek } from "../../signal/index.js";
import { CliError } from "../core/cli-error.js";
import { readJson } from "../core/read-json.js";

/** One encoded Signal of a file. */
export interface PlacedSignal {
  /** The line in NDJSON, else the number of the Signal, from 1. */
  readonly line: number;
  readonly bytes: Uint8Array;
}

/**
 * The Signals of a file: NDJSON if it begins as an object of JSON, else a length-delimited stream if it is whole as such,
 * else one encoded Signal. Throws INVALID_ARGUMENT for a line that holds no Signal in its bytes.
 */
export function splitSignals(data: Uint8Array, name: string): Iterable<PlacedSignal> {
  if (data.length === 0) return [];
  const start = new TextDecoder().decode(data.subarray(0, 256)).trimStart();
  if (start === "" || /^\{\s*["}]/.test(start)) return splitLines(new TextDecoder().decode(data), name);
  const parts = isSignal(data) ? undefined : splitDelimited(data);
  return (parts ?? [data]).map((bytes, index) => ({ line: index + 1, bytes }));
}

function* splitLines(text: string, name: string): Generator<PlacedSignal, void, void> {
  for (const [index, line] of text.split("\n").entries()) {
    const where = `${name}:${index + 1}`;
    if (line.trim() === "") continue;
    const bytes = readLine(readJson(line, where), where);
    if (bytes !== undefined) yield { line: index + 1, bytes };
  }
}

function readLine(value: unknown, where: string): Uint8Array | undefined {
  try {
    return readRecordBytes(value);
  } catch (thrown) {
    throw new CliError("INVALID_ARGUMENT", `${where}: ${describeThrown(thrown)}`, {
      hint: "Give encoded Signals, or what `cosmo doppler --out` wrote.",
      cause: thrown,
    });
  }
}

const peek = new SignalPeek();

function isSignal(bytes: Uint8Array): boolean {
  try {
    peekSignal(bytes, peek);
    return true;
  } catch {
    return false;
  }
}

/** The parts of a stream, each behind its length; undefined if it does not end with one. */
function splitDelimited(data: Uint8Array): readonly Uint8Array[] | undefined {
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < data.length) {
    let length = 0;
    let shift = 0;
    let byte = 0x80;
    while (byte >= 0x80 && shift < 28) {
      byte = data[at] ?? 0;
      length |= (byte & 0x7f) << shift;
      shift += 7;
      at += 1;
    }
    if (length <= 0 || at + length > data.length) return undefined;
    parts.push(data.subarray(at, at + length));
    at += length;
  }
  return parts;
}
