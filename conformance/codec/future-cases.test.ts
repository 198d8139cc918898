// The schema of the future: what the runner holds, and what a codec of today makes of it.
import { describe, expect, test } from "vitest";
import { readDescriptors } from "../ground/files.js";
import { decodeMessage } from "../wire/decode.js";
import { Schema } from "../wire/schema.js";
import { canonical, isObject, type Value, type ValueObject } from "../wire/value.js";
import { encodeMessage } from "../wire/writer.js";
import { futureCases, readFuture } from "./future-cases.js";
import { PACKAGE } from "./message-cases.js";

const today = new Schema(readDescriptors());
const additions = readFuture();
const future = new Schema(readDescriptors(), { package: PACKAGE, ...additions });
const cases = futureCases(future, additions, PACKAGE);

/** A message without what its reader did not know. */
function withoutUnknown(value: Value): Value {
  if (Array.isArray(value)) return value.map((one: Value) => withoutUnknown(one));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => name !== "?");
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutUnknown(one)]));
}

describe("the schema of the future", () => {
  test("has fields, a body and values that the one of today has not", () => {
    const bodies = (schema: Schema) =>
      schema
        .fields(`${PACKAGE}.Signal`)
        .filter(({ oneof }) => oneof === "body")
        .map(({ name }) => name);
    expect(bodies(future).filter((name) => !bodies(today).includes(name))).toEqual(["review"]);
    expect(future.fields(`${PACKAGE}.TaskBody`).map(({ name }) => name)).toContain("budget");
    expect(future.enumNames(`${PACKAGE}.Fanout`).byName.get("SOME")).toBe(90);
    expect(today.enumNames(`${PACKAGE}.Fanout`).byName.get("SOME")).toBeUndefined();
  });

  test("extends every enum that a message of today holds", () => {
    const held = today
      .messages(PACKAGE)
      .filter((message) => !message.endsWith("Traits"))
      .flatMap((message) => today.fields(message).filter(({ kind }) => kind === "enum"));
    const names = new Set(held.map(({ type }) => type.slice(PACKAGE.length + 1)));
    expect([...names].filter((name) => additions.values[name] === undefined)).toEqual([]);
  });

  test("gives cases each with an id of its own, of which no message of the future lacks one", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    const wanted = Object.entries(additions.fields).flatMap(([message, added]) =>
      ["filled", ...Object.keys(added)].map((name) => `codec/future/${message}/${name}`),
    );
    expect(wanted.filter((id) => !cases.some((one) => one.id === id))).toEqual([]);
    expect(cases.some(({ id }) => id === "codec/future/Address/fanout-90")).toBe(true);
  });

  test("sees what a codec of today loses that drops what it does not know, and nothing if it keeps that", () => {
    const kept = cases.filter(({ requirements }) => requirements.includes("COS-TYPE-014"));
    expect(kept.length).toBeGreaterThan(30);
    const read = (message: string, value: ValueObject | Value): string =>
      canonical(decodeMessage(future, message, encodeMessage(today, message, value)));
    for (const { id, message, bytes } of kept) {
      const wanted = canonical(decodeMessage(future, message, bytes));
      const here = decodeMessage(today, message, bytes);
      expect(read(message, here), id).toBe(wanted);
      expect(read(message, withoutUnknown(here)), id).not.toBe(wanted);
    }
  });
});
