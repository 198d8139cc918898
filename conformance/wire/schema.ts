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

/** A field that the descriptors do not have. */
export interface AddedField {
  readonly number: number;
  /** A scalar, a message of the same package by its short name, or any by its full one. */
  readonly type: string;
  readonly repeated?: true;
  /** The oneof that it joins. */
  readonly oneof?: string;
}

/** What a schema has beside the descriptors, by the short names of its messages and enums. */
export interface Additions {
  readonly messages: Readonly<Record<string, Readonly<Record<string, AddedField>>>>;
  readonly fields: Readonly<Record<string, Readonly<Record<string, AddedField>>>>;
  readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>;
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

  /** Reads descriptors, and adds to a package what they do not have. Throws SuiteError for additions to what is not there. */
  constructor(descriptors: Uint8Array, additions?: Additions & { readonly package: string }) {
    this.#root = protobuf.Root.fromDescriptor(descriptors, { keepCase: true });
    if (additions !== undefined) this.#add(additions);
    this.#root.resolveAll();
  }

  #add({ package: name, messages, fields, values }: Additions & { readonly package: string }): void {
    for (const message of Object.keys(messages)) this.#namespaceOf(name).add(new protobuf.Type(message));
    for (const [message, added] of [...Object.entries(messages), ...Object.entries(fields)]) {
      const type = this.#typeOf(`${name}.${message}`);
      for (const [field, { number, type: kind, repeated, oneof }] of Object.entries(added)) {
        const one = new protobuf.Field(field, number, kind, repeated === true ? "repeated" : undefined);
        if (oneof === undefined) type.add(one);
        else type.oneofs[oneof]?.add(one);
        // What the descriptors gave counts as resolved already, and is not gone through again.
        one.resolve();
      }
    }
    for (const [short, numbers] of Object.entries(values)) {
      const found = this.#enumOf(`${name}.${short}`);
      for (const [value, number] of Object.entries(numbers)) found.add(value, number);
    }
  }

  /** The full names of all messages of a package, in order. */
  messages(packageName: string): readonly string[] {
    return this.#namespaceOf(packageName)
      .nestedArray.filter((one) => one instanceof protobuf.Type)
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
    const found = this.#enumOf(name);
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

  #namespaceOf(name: string): protobuf.Namespace {
    const found = this.#root.lookup(name);
    if (found instanceof protobuf.Namespace) return found;
    throw new SuiteError(`The schema has no package ${name}`);
  }

  #enumOf(name: string): protobuf.Enum {
    const found = this.#root.lookup(name);
    if (found instanceof protobuf.Enum) return found;
    throw new SuiteError(`The schema has no enum ${name}`);
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
