import type { Json } from "../foundation/index.js";
import { canonicalText } from "./canonical.js";

/** SHA-256 of a text in UTF-8, in 64 hexadecimal digits, at once: only some platforms have it. */
export type Digest = (text: string) => string;

/**
 * SHA-256 over the canonical text of a value, in 64 hexadecimal digits. Equal values have equal fingerprints, on every
 * backend and after a restart.
 */
export async function fingerprint(value: Json): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalText(value, "INTERNAL"));
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
