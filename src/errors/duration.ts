import type { Duration } from "../../gen/google/protobuf/duration.js";

/** A duration of whole milliseconds; undefined stays undefined. */
export function writeDuration(ms: number | undefined): Duration | undefined {
  if (ms === undefined) return undefined;
  const whole = Math.max(0, Math.round(ms));
  return { seconds: BigInt(Math.floor(whole / 1000)), nanos: (whole % 1000) * 1_000_000 };
}

/** Milliseconds, fractions of them dropped; undefined stays undefined. */
export function readDuration(duration: Duration | undefined): number | undefined {
  if (duration === undefined) return undefined;
  return Number(duration.seconds) * 1000 + Math.trunc(duration.nanos / 1_000_000);
}
