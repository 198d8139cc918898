import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";
import { SuiteError } from "../ground/suite-error.js";

/** How a value stands on the wire: a scalar of protobuf, an enum, or a message. */
export type Kind =
  "bool" | "bytes" | "double" | "enum" | "int32" | "int64" | "message" | "string" | "uint32" | "uint64";

/** One field of a message, as the descriptors say. */
export interface Field {
  readonly number: number;
  /** Its name in the schema, in snake_case. */
  readonly name: string;
  readonly kind: Kind;
  /** The full name of its message or enum; else empty. */
  readonly type: string;
  readonly shape: "map" | "one" | "repeated";
  /** True if absent differs from the zero of its kind. */
  readonly hasPresence: boolean;
  /** The oneof that it is in; empty: none. */
  readonly oneof: string;
}

/** The values of an enum by number, without the prefix that they share, and back. */
export interface EnumNames {
  readonly byNumber: ReadonlyMap<number, string>;
  readonly byName: ReadonlyMap<string, number>;
}

const scalars: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "int32",
  "int64",
  "string",
  "uint32",
  "uint64",
] satisfies Kind[]);

function isScalar(type: string): type is Kind {
  return scalars.has(type);
}

/** The schema as the suite sees it: read from the descriptors by reflection, never from code that was generated. */
export class Schema {
  readonly #root: protobuf.Root;
  readonly #messages = new Map<string, readonly Field[]>();
  readonly #enums = new Map<string, EnumNames>();

  constructor(descriptors: Uint8Array) {
    this.#root = protobuf.Root.fromDescriptor(descriptors, { keepCase: true });
    this.#root.resolveAll();
  }

  /** The full names of all messages of a package, in order. */
  messages(packageName: string): readonly string[] {
    const found = this.#root.lookup(packageName);
    if (!(found instanceof protobuf.Namespace)) throw new SuiteError(`The schema has no package ${packageName}`);
    return found.nestedArray
      .filter((one) => one instanceof protobuf.Type)
      .map((one) => `${packageName}.${one.name}`)
      .sort();
  }

  /** The fields of a message by ascending number. Throws SuiteError for one that is not there. */
  fields(message: string): readonly Field[] {
    const known = this.#messages.get(message);
    if (known !== undefined) return known;
    const fields = this.#typeOf(message)
      .fieldsArray.map((field) => describe(field))
      .sort((left, right) => left.number - right.number);
    this.#messages.set(message, fields);
    return fields;
  }

  /** The names of an enum's values. Throws SuiteError for one that is not there. */
  enumNames(name: string): EnumNames {
    const known = this.#enums.get(name);
    if (known !== undefined) return known;
    const found = this.#root.lookup(name);
    if (!(found instanceof protobuf.Enum)) throw new SuiteError(`The schema has no enum ${name}`);
    const prefix = `${(name.split(".").at(-1) ?? "").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}_`;
    const pairs = Object.entries(found.values).map(
      ([full, number]) => [full.startsWith(prefix) ? full.slice(prefix.length) : full, number] as const,
    );
    const names = { byName: new Map(pairs), byNumber: new Map(pairs.map(([short, number]) => [number, short])) };
    this.#enums.set(name, names);
    return names;
  }

  /** The message as protobufjs sees it: a second opinion for the suite's own tests. */
  reflected(message: string): protobuf.Type {
    return this.#typeOf(message);
  }

  #typeOf(message: string): protobuf.Type {
    const found = this.#root.lookup(message);
    if (found instanceof protobuf.Type) return found;
    throw new SuiteError(`The schema has no message ${message}`);
  }
}

function describe(field: protobuf.Field): Field {
  const { id: number, name, resolvedType, partOf } = field;
  const isSynthetic = partOf?.name.startsWith("_") === true;
  const kind = kindOf(field);
  const isOne = !field.repeated && !field.map;
  return {
    number,
    name,
    kind,
    type: resolvedType === null ? "" : resolvedType.fullName.replace(/^\./, ""),
    shape: field.map ? "map" : field.repeated ? "repeated" : "one",
    hasPresence: isOne && (kind === "message" || partOf !== null),
    oneof: partOf === null || isSynthetic ? "" : partOf.name,
  };
}

function kindOf({ type, resolvedType, fullName }: protobuf.Field): Kind {
  if (resolvedType instanceof protobuf.Type) return "message";
  if (resolvedType instanceof protobuf.Enum) return "enum";
  if (isScalar(type)) return type;
  throw new SuiteError(`${fullName}: the suite does not know the type ${type}`);
}
