import { InvalidArgumentError } from "commander";

/** Reads a duration of a flag: seconds as a number, or with a unit: `500ms`, `5s`, `2m`. Returns milliseconds. */
export function readDurationFlag(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (found === null) throw new InvalidArgumentError("Give a duration, for example 5s or 500ms.");
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[found[2] ?? "s"] ?? 1_000;
  return Math.round(Number(found[1]) * unitMs);
}

/** Makes the reader of a whole number between two. */
export function readWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}
