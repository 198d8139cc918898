import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new ULID: the instant, then chance. */
export function ulid(): string {
  let time = Date.now();
  let text = "";
  for (let digit = 0; digit < 10; digit += 1) {
    text = `${alphabet[time % 32] ?? ""}${text}`;
    time = Math.floor(time / 32);
  }
  return `${text}${[...randomBytes(16)].map((byte) => alphabet[byte % 32] ?? "").join("")}`;
}
