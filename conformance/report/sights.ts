import type { Sight } from "../run/verdict.js";

/** One line of what crossed the wire. */
export function describeSight({ peer, way, what, text }: Sight): string {
  return `${peer} ${way} ${what} ${text}`.trimEnd();
}

/** How many messages stood before those that are shown, in words; empty: none. */
export function earlierWords(earlier: number): string {
  if (earlier === 0) return "";
  return `${earlier} ${earlier === 1 ? "message" : "messages"} before these not shown; replay shows all`;
}

/** A text of which nothing moves the cursor or changes the colours of a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
