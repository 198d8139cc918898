import { isList, isObject, type Value, type ValueObject } from "../wire/value.js";

/** A number of the wire, of whatever width; zero for what is none. */
export function toCount(value: Value | undefined): number {
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : 0;
}

/** The objects of a list; none for what is no list. */
export function objectsOf(value: Value | undefined): readonly ValueObject[] {
  return isList(value) ? value.filter((one) => isObject(one)) : [];
}

/** A part that is an object; empty for what is none. */
export function objectOf(value: Value | undefined): ValueObject {
  return isObject(value) ? value : {};
}

/** A part that is a text; empty for what is none. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** An error in words. */
export function describeDetail(detail: Value | undefined): string {
  const parts = objectOf(detail);
  const words = [parts["code"], parts["requirement"], parts["message"]].map((part) => textOf(part));
  return words.filter((word) => word !== "").join(" ") || "no detail";
}

/** What was read as JSON, as a value; what is null is left out. */
export function toValue(json: unknown): Value {
  if (Array.isArray(json)) return json.map((one) => toValue(one));
  if (typeof json === "string" || typeof json === "number" || typeof json === "boolean") return json;
  const pairs = Object.entries(Object(json)).filter(([, one]) => one !== null);
  return Object.fromEntries(pairs.map(([name, one]) => [name, toValue(one)]));
}
