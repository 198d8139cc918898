import { CosmoError } from "../errors/index.js";
import { isEntryId } from "./entry.js";

/** Where a page ended. */
export interface Cursor {
  /** The fingerprint of the query, its Engram, namespace and store. */
  readonly fingerprint: string;
  /** The state of the store at the first page, as the driver writes it, at most 256 characters of ASCII: what changed later is not on later pages. */
  readonly asOf: string;
  /** The score of the last hit. */
  readonly score: number;
  /** When the last hit was updated, milliseconds. */
  readonly updatedAtMs: number;
  /** The id of the last hit. */
  readonly id: string;
}

/** What the texts of a cursor are made of; base 64 takes nothing beyond Latin. */
const plain = /^[\x20-\x7e]{0,256}$/;

/** Writes a cursor as text that peers pass on without looking inside. */
export function writeCursor(cursor: Cursor): string {
  const { fingerprint, asOf, score, updatedAtMs, id } = cursor;
  const text = btoa(JSON.stringify([fingerprint, asOf, score, updatedAtMs, id]));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads a cursor; throws `INVALID_CURSOR` for a text that `writeCursor` did not write. */
export function readCursor(text: string): Cursor {
  const cursor = parse(text);
  if (cursor !== undefined && writeCursor(cursor) === text) return cursor;
  throw new CosmoError("INVALID_CURSOR", "the cursor was not made by an Engram; pass on the one of the page before", {
    field: "query.cursor",
    requirement: "COS-RCL-020",
  });
}

function parse(text: string): Cursor | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [fingerprint, asOf, score, updatedAtMs, id]: unknown[] = parts;
  if (typeof fingerprint !== "string" || typeof asOf !== "string" || typeof id !== "string") return undefined;
  if (typeof score !== "number" || typeof updatedAtMs !== "number") return undefined;
  if (!plain.test(fingerprint) || !plain.test(asOf) || !isEntryId(id)) return undefined;
  return { fingerprint, asOf, score, updatedAtMs, id };
}

/** Throws `INVALID_CURSOR` if the cursor belongs to another query, Engram, namespace or store. */
export function checkCursor(cursor: Cursor, fingerprint: string): void {
  if (cursor.fingerprint === fingerprint) return;
  throw new CosmoError(
    "INVALID_CURSOR",
    "the cursor belongs to another query or Engram; ask for the first page again",
    {
      field: "query.cursor",
      requirement: "COS-RCL-020",
    },
  );
}
