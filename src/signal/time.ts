import type { Timestamp } from "../../gen/google/protobuf/timestamp.js";

/** An instant of whole milliseconds since 1970. */
export function toTimestamp(ms: number): Timestamp {
  const whole = Math.floor(ms);
  const seconds = Math.floor(whole / 1000);
  return { seconds: BigInt(seconds), nanos: (whole - seconds * 1000) * 1_000_000 };
}

/** Milliseconds since 1970, fractions of them dropped. */
export function fromTimestamp({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);
}
