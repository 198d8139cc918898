import type { Json, JsonObject } from "../foundation/index.js";
import { isJsonType, parseJson } from "./content.js";
import { jsonDepthMax } from "./json-check.js";

declare function btoa(binary: string): string;

/** A 64-bit integer: a number up to 2^53 - 1, else its digits (COS-JSON-006). */
export function showInteger(value: bigint): number | string {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : String(value);
}

function toWholeMs(seconds: bigint, nanos: number): bigint {
  return seconds * 1000n + BigInt(Math.floor(nanos / 1_000_000));
}

// The years 1 to 9999, which RFC 3339 can write.
const firstMs = -62_135_596_800_000n;
const lastMs = 253_402_300_799_999n;

/** An instant as RFC 3339 with milliseconds; undefined where RFC 3339 has no form (COS-JSON-005). */
export function showTimestamp(seconds: bigint, nanos: number): string | undefined {
  const ms = toWholeMs(seconds, nanos);
  return ms >= firstMs && ms <= lastMs ? new Date(Number(ms)).toISOString() : undefined;
}

/** A duration as seconds with milliseconds, such as `1.500s` (COS-JSON-005). */
export function showDuration(seconds: bigint, nanos: number): string {
  const ms = toWholeMs(seconds, nanos);
  const digits = String(ms < 0n ? -ms : ms).padStart(4, "0");
  return `${ms < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}s`;
}

/** A Content: its JSON, or its media type and its bytes (COS-JSON-007). */
export function showContent(mediaType: string, data: Uint8Array): Json {
  const json = isJsonType(mediaType) ? asJson(data) : undefined;
  if (json !== undefined) return json;
  return { ...(mediaType === "" ? {} : { media_type: mediaType }), ...plainBytes(data) };
}

/** A field of bytes: the JSON that it holds, or the bytes. */
export function showBytes(data: Uint8Array): Json {
  const json = asJson(data);
  return json === undefined ? plainBytes(data) : json;
}

function asJson(data: Uint8Array): Json | undefined {
  try {
    const value = parseJson(data);
    return isWithin(value, jsonDepthMax) ? value : undefined;
  } catch {
    return undefined;
  }
}

// What is deeper is shown as bytes: whoever prints the view would run out of stack.
function isWithin(value: Json | undefined, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isWithin(item, levels - 1));
}

function plainBytes(data: Uint8Array): JsonObject {
  let binary = "";
  for (const byte of data) binary += String.fromCharCode(byte);
  return { base64: btoa(binary), bytes: data.length };
}
