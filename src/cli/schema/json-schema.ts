import { ScalarType, type DescEnum, type DescField, type DescMessage } from "@bufbuild/protobuf";
import type { JsonObject } from "../../foundation/index.js";
import { shortName } from "./files.js";

const ulid = "[0-9A-HJKMNP-TV-Z]{26}";

/** What the schema says of ids in words. */
const patterns: Readonly<Record<string, string>> = {
  "cosmonapse.v1.Signal.id": `^evt_${ulid}$`,
  "cosmonapse.v1.Signal.trace_id": `^trc_${ulid}$`,
  "cosmonapse.v1.Signal.parent_id": `^evt_${ulid}$`,
  "cosmonapse.v1.Signal.source": "^[A-Za-z0-9_-]{1,64}$",
};

/** What every Signal has. */
const requiredOfSignal = ["type", "id", "exchange", "source", "created_at"];

/** Messages that the JSON view shows in a form of their own (COS-JSON-005, COS-JSON-007). */
const ownForms: Readonly<Record<string, JsonObject>> = {
  "google.protobuf.Timestamp": { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" },
  "google.protobuf.Duration": { type: "string", pattern: "^-?\\d+\\.\\d{3}s$" },
  "cosmonapse.v1.Content": {
    description: "Its JSON; a content that is no JSON is an object of media_type, base64 and bytes.",
  },
};

/** The JSON Schema (2020-12) of a message as the JSON view of the specification shows it (COS-JSON-002 to COS-JSON-009). */
export function toJsonSchema(message: DescMessage): JsonObject {
  const definitions = new Map<string, JsonObject>();
  const root = refer(message, definitions);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:cosmonapse:v1:${shortName(message)}`,
    title: shortName(message),
    ...root,
    $defs: Object.fromEntries([...definitions].sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

type Definitions = Map<string, JsonObject>;

function refer(type: DescMessage | DescEnum, definitions: Definitions): JsonObject {
  const own = ownForms[type.typeName];
  if (own !== undefined) return own;
  const name = shortName(type);
  if (!definitions.has(name)) {
    // Before its fields, since a message may contain itself.
    definitions.set(name, {});
    definitions.set(name, type.kind === "enum" ? enumSchema(type) : messageSchema(type, definitions));
  }
  return { $ref: `#/$defs/${name}` };
}

function messageSchema(message: DescMessage, definitions: Definitions): JsonObject {
  const isSignal = message.typeName === "cosmonapse.v1.Signal";
  const fields = message.fields.map((field) => [field.name, fieldSchema(field, definitions)]);
  const properties = {
    ...(isSignal ? { type: { type: "string" } } : {}),
    ...Object.fromEntries(fields),
    unknown_fields: { type: "array", items: { type: "integer", minimum: 1 } },
  };
  return {
    type: "object",
    properties,
    additionalProperties: false,
    ...(isSignal ? { required: requiredOfSignal, oneOf: bodiesOf(message) } : onlyOneOf(message)),
  };
}

/** A Signal has one body, and its type says which; one of a type that is not known has its number (COS-JSON-004). */
function bodiesOf(signal: DescMessage): JsonObject[] {
  const members = signal.oneofs.flatMap(({ fields }) => fields.map(({ name }) => name));
  const known = members.map((name) => ({
    properties: { type: { const: name.toUpperCase() } },
    required: [name],
    not: { anyOf: members.filter((other) => other !== name).map((other) => ({ required: [other] })) },
  }));
  const unknown = {
    properties: { type: { type: "string", pattern: "^TYPE_\\d+$" } },
    not: { anyOf: members.map((name) => ({ required: [name] })) },
  };
  return [...known, unknown];
}

/** Of a oneof at most one member is there. */
function onlyOneOf({ oneofs }: DescMessage): JsonObject {
  const pairs = oneofs.flatMap(({ fields }) =>
    fields.flatMap((field, at) => fields.slice(at + 1).map((other) => ({ required: [field.name, other.name] }))),
  );
  return pairs.length === 0 ? {} : { not: { anyOf: pairs } };
}

function fieldSchema(field: DescField, definitions: Definitions): JsonObject {
  if (field.fieldKind === "map") return { type: "object", additionalProperties: { type: "string" } };
  const pattern = patterns[`${field.parent.typeName}.${field.name}`];
  if (field.fieldKind !== "list")
    return pattern === undefined ? itemSchema(field, definitions) : { type: "string", pattern };
  return { type: "array", items: itemSchema(field, definitions) };
}

function itemSchema(field: DescField, definitions: Definitions): JsonObject {
  if (field.message !== undefined && field.fieldKind !== "map") return refer(field.message, definitions);
  if (field.enum !== undefined) return refer(field.enum, definitions);
  return field.scalar === undefined ? {} : scalarSchema(field.scalar);
}

function scalarSchema(scalar: ScalarType): JsonObject {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: "string" };
    case ScalarType.BOOL:
      return { type: "boolean" };
    case ScalarType.BYTES:
      return { description: "The JSON that it holds, or an object of base64 and bytes." };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { anyOf: [{ type: "number" }, { enum: ["NaN", "Infinity", "-Infinity"] }] };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: "integer", minimum: 0, maximum: 4_294_967_295 };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return {
        anyOf: [
          { type: "integer", minimum: 0, maximum: 2 ** 53 - 1 },
          { type: "string", pattern: "^\\d+$" },
        ],
      };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { anyOf: [{ type: "integer" }, { type: "string", pattern: "^-?\\d+$" }] };
  }
}

/** Names without their prefix; values that are not known stand as numbers (COS-JSON-003). */
function enumSchema({ values, sharedPrefix = "" }: DescEnum): JsonObject {
  const names = values.map(({ name }) => name.replace(sharedPrefix.toUpperCase(), ""));
  return { anyOf: [{ enum: names }, { type: "integer" }] };
}
