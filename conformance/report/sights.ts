import type { Sight } from "../run/verdict.js";

/** One line of what crossed the wire. */
export function describeSight({ peer, way, what, text }: Sight): string {
  return `${peer} ${way} ${what} ${text}`.trimEnd();
}
