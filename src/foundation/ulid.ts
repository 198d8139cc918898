/** The digits of Crockford's base 32, in their order. */
export const ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const randomLength = 16;

/** Fills an array with random bytes. */
export type RandomSource = (into: Uint8Array) => void;

declare const crypto: { getRandomValues(into: Uint8Array): Uint8Array };

/** The random bytes of the platform. */
export const systemRandom: RandomSource = (into) => {
  crypto.getRandomValues(into);
};

function encodeTime(ms: number): string {
  let text = "";
  let rest = ms;
  for (let index = 0; index < 10; index += 1) {
    text = (ULID_DIGITS[rest % 32] ?? "0") + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Adds one to a number of base-32 digits; false when it overflows. */
function increment(digits: Uint8Array): boolean {
  for (let index = digits.length - 1; index >= 0; index -= 1) {
    const digit = digits[index] ?? 0;
    if (digit < 31) {
      digits[index] = digit + 1;
      return true;
    }
    digits[index] = 0;
  }
  return false;
}

/**
 * Makes a source of ULIDs: 26 characters of Crockford's base 32, the time in milliseconds first. Each is greater than
 * the one before from the same source, also within a millisecond and when the clock goes back.
 */
export function createUlidSource(wallMs: () => number, random: RandomSource = systemRandom): () => string {
  const digits = new Uint8Array(randomLength);
  let lastMs = -1;
  let prefix = "";
  return () => {
    const now = wallMs();
    if (now > lastMs || !increment(digits)) {
      lastMs = Math.max(now, lastMs + 1);
      prefix = encodeTime(lastMs);
      random(digits);
      for (let index = 0; index < randomLength; index += 1) digits[index] = (digits[index] ?? 0) & 31;
    }
    let text = prefix;
    for (let index = 0; index < randomLength; index += 1) text += ULID_DIGITS[digits[index] ?? 0] ?? "0";
    return text;
  };
}
