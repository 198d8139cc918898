import { SCHEMA_TABLE, SIGNAL_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";

/** What the schema says of a type of Signal. */
export interface SignalTraits {
  /** The name, for example `TASK`. */
  readonly name: string;
  /** The number of the type, and of the field of its body. */
  readonly type: number;
  /** The name of its body in the generated union. */
  readonly body: string;
  /** The exchanges that it may have. */
  readonly exchanges: readonly number[];
  /** True if it belongs to a trace. */
  readonly traced: boolean;
  /** The role that serves it as a request; 0: it is no request. */
  readonly servedBy: 0 | 1 | 2;
  /** The types that may answer it, besides ERROR. */
  readonly answeredBy: readonly number[];
  /** How long it waits for its outcome when its header does not say, milliseconds. */
  readonly timeoutMs: number;
}

const byType: (SignalTraits | undefined)[] = [];
const byBody = new Map<string, SignalTraits>();
for (const [name, row] of Object.entries(SIGNAL_TABLE)) {
  const traits: SignalTraits = { name, ...row };
  byType[row.type] = traits;
  byBody.set(row.body, traits);
}

/** What the schema says of a type; undefined for one that this version does not know. */
export function signalTraits(type: number): SignalTraits | undefined {
  return byType[type];
}

/** The name of a type: `TASK`; `TYPE_31` for one that this version does not know. */
export function signalTypeName(type: number): string {
  return byType[type]?.name ?? `TYPE_${type}`;
}

/** The type of a body; 0 without one. */
export function bodyType(body: Signal["body"]): number {
  return body === undefined ? 0 : (byBody.get(body.$case)?.type ?? 0);
}

const fieldNames = new Map<number, string>(
  Object.values(SCHEMA_TABLE.messages.Signal).map((row) => [row.number, row.name]),
);

/** The name of a field of `Signal` in the schema; empty if this version does not know it. */
export function signalFieldName(number: number): string {
  return fieldNames.get(number) ?? "";
}

const firstBodyField = 16;
const lastBodyField = 999;

/** The type of a Signal, also of one whose body this version does not know; 0 without a body. */
export function typeOf(signal: Signal): number {
  const known = bodyType(signal.body);
  if (known !== 0) return known;
  // The codec keeps unknown fields by their tags.
  const numbers = Object.keys(signal._unknownFields ?? {}).map((tag) => Number(tag) >>> 3);
  return numbers.find((number) => number >= firstBodyField && number <= lastBodyField) ?? 0;
}
