import type { Content } from "../../gen/cosmonapse/v1/task.js";
import { CosmoError, describeThrown, toCosmoError, type ErrorName } from "../errors/index.js";
import type { Json } from "../foundation/index.js";

declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

const depthMax = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** JSON as Content. Throws `code` for anything that JSON cannot say exactly, and names where it is. */
export function encodeJson(value: unknown, code: ErrorName): Content {
  try {
    checkJson(value, { code, path: "", ancestors: new Set() });
    return { mediaType: "", data: encoder.encode(JSON.stringify(value)), schema: "" };
  } catch (thrown) {
    throw toCosmoError(thrown, code);
  }
}

/** The JSON that a Content holds; `missing` without one. Throws `code` for another media type, bad UTF-8 or bad JSON. */
export function decodeJson(content: Content | undefined, missing: Json, code: ErrorName): Json {
  if (content === undefined) return missing;
  const { mediaType, data } = content;
  if (mediaType !== "" && mediaType.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw new CosmoError(code, `The content is ${mediaType}, where JSON is expected`, { requirement: "COS-CONT-002" });
  }
  try {
    return JSON.parse(decoder.decode(data));
  } catch (thrown) {
    const message = `The content is no JSON in UTF-8: ${describeThrown(thrown)}`;
    throw new CosmoError(code, message, { requirement: "COS-CONT-003", cause: thrown });
  }
}

interface Place {
  readonly code: ErrorName;
  readonly path: string;
  readonly ancestors: Set<object>;
}

function fail({ code, path }: Place, what: string): never {
  throw new CosmoError(code, `${path === "" ? "The value" : path} is ${what}, which is not JSON`, {
    requirement: "COS-CONT-001",
  });
}

function checkJson(value: unknown, place: Place): void {
  switch (typeof value) {
    case "string":
      if (!isWellFormed(value)) fail(place, "a string with a lone surrogate");
      return;
    case "number":
      if (!Number.isFinite(value)) fail(place, String(value));
      return;
    case "boolean":
      return;
    case "object":
      if (value !== null) checkObject(value, place);
      return;
    default:
      fail(place, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function checkObject(value: object, { code, path, ancestors }: Place): void {
  if ("toJSON" in value && typeof value.toJSON === "function") {
    checkJson(callToJson(value, value.toJSON, code), { code, path, ancestors });
    return;
  }
  if (ancestors.has(value)) fail({ code, path, ancestors }, "a circular reference");
  if (ancestors.size >= depthMax) fail({ code, path, ancestors }, `nested deeper than ${depthMax}`);
  ancestors.add(value);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkJson(item, { code, path: `${path}[${index}]`, ancestors });
  } else {
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined) continue;
      if (!isWellFormed(name)) fail({ code, path, ancestors }, "an object with a lone surrogate in a name");
      checkJson(item, { code, path: path === "" ? name : `${path}.${name}`, ancestors });
    }
  }
  ancestors.delete(value);
}

function callToJson(value: object, toJson: Function, code: ErrorName): unknown {
  try {
    return Reflect.apply(toJson, value, [""]);
  } catch (thrown) {
    throw new CosmoError(code, `toJSON failed: ${describeThrown(thrown)}`, { cause: thrown });
  }
}

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}
