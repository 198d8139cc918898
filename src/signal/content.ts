import type { Content } from "../../gen/cosmonapse/v1/task.js";
import { CosmoError, describeThrown, toCosmoError, type ErrorName } from "../errors/index.js";
import type { Json } from "../foundation/index.js";
import { writeJson } from "./json-check.js";

declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * JSON as Content, its media type left empty. Properties that are undefined are left out and `toJSON` is called, as
 * `JSON.stringify` does. Throws `code` for whatever else JSON cannot say: undefined itself, a function, a symbol, a
 * bigint, a number that is not finite, half a surrogate pair, a circle, a Map, more than 512 levels; the message names
 * the place (COS-CONT-001, COS-CONT-006).
 */
export function encodeJson(value: unknown, code: ErrorName): Content {
  const requirement = code === "INVALID_OUTPUT" ? "COS-CONT-006" : "COS-CONT-001";
  try {
    const text = writeJson(value, (message) => {
      throw new CosmoError(code, message, { requirement });
    });
    return { mediaType: "", data: encoder.encode(text), schema: "" };
  } catch (thrown) {
    throw toCosmoError(thrown, code);
  }
}

/**
 * The JSON that a Content holds; `missing` without one. Throws `code` for another media type, bad UTF-8, a byte order
 * mark, or what is no JSON (COS-CONT-001, COS-CONT-003, COS-CONT-004, COS-CONT-007).
 */
export function decodeJson(content: Content | undefined, missing: Json, code: ErrorName): Json {
  if (content === undefined) return missing;
  const requirement = code === "INVALID_INPUT" ? "COS-CONT-004" : "COS-CONT-001";
  if (!isJsonType(content.mediaType)) {
    const found = content.mediaType.slice(0, 200);
    throw new CosmoError(code, `The content is ${found}, where JSON is expected`, { requirement });
  }
  try {
    return parseJson(content.data);
  } catch (thrown) {
    const message = `The content is no JSON in UTF-8: ${describeThrown(thrown)}`;
    throw new CosmoError(code, message, { requirement, cause: thrown });
  }
}

/** True for an empty media type and for `application/json`, in any case and with any parameters. */
export function isJsonType(mediaType: string): boolean {
  return mediaType === "" || /^\s*application\/json\s*(;|$)/i.test(mediaType);
}

/** The JSON of a text in UTF-8. Throws what the platform throws. */
export function parseJson(data: Uint8Array): Json {
  return JSON.parse(decoder.decode(data));
}
