import { describe, expect, test } from "vitest";
import { Signal, SignalType } from "../../gen/cosmonapse/v1/signal.js";
import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { bodyType, signalTraits, signalTypeName } from "./index.js";
import { samples } from "./test-samples.js";

const fields: Readonly<Record<string, number>> = SIGNAL_FIELDS;

describe("types", () => {
  test("have the number of the field of their body", () => {
    for (const [name, type] of Object.entries(SignalType)) {
      if (type === 0) continue;
      const traits = signalTraits(type);
      expect([traits?.name, fields[traits?.body ?? ""]]).toEqual([name, type]);
      expect(signalTypeName(type)).toBe(name);
    }
  });

  test("are those of the bodies that are there", () => {
    const types = Object.values(samples).map(({ body }) => bodyType(body));
    expect(types).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(bodyType(undefined)).toBe(0);
    expect(bodyType(Signal.create().body)).toBe(0);
  });

  test("of a later version have their number for a name", () => {
    expect([signalTraits(31), signalTypeName(31)]).toEqual([undefined, "TYPE_31"]);
  });
});
