import { describe, expect, test } from "vitest";
import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { resolveLimits, STANDARD_LIMITS } from "./index.js";

describe("limits", () => {
  test("are the standard ones unless they are changed", () => {
    expect(resolveLimits({})).toEqual(STANDARD_LIMITS);
    expect(resolveLimits({ maxInFlight: undefined })).toEqual(STANDARD_LIMITS);
    expect(resolveLimits(STANDARD_LIMITS)).toEqual(STANDARD_LIMITS);
    expect(STANDARD_LIMITS).toMatchObject({ signalBytes: 4_194_304, timeoutMs: 3_600_000, maxAttempts: 10 });
  });

  test("can be changed up to their ceiling, and the standard ones stay as they are", () => {
    expect(resolveLimits({ signalBytes: 67_108_864, maxInFlight: 1 })).toEqual({
      ...STANDARD_LIMITS,
      signalBytes: 67_108_864,
      maxInFlight: 1,
    });
    expect(STANDARD_LIMITS.maxInFlight).toBe(16);
  });

  test.each([
    [{ signalBytes: 67_108_865 }, /signalBytes is at most 67108864; 67108865/],
    [{ maxAttempts: 11 }, /maxAttempts is fixed at 10/],
    [{ maxAttempts: 9 }, /maxAttempts is fixed at 10/],
    [{ maxInFlight: 0 }, /maxInFlight is a whole number from 1, not 0/],
    [{ maxInFlight: 1.5 }, /maxInFlight is a whole number from 1, not 1.5/],
    [{ maxInFlight: Number.NaN }, /maxInFlight is a whole number from 1, not NaN/],
    [Object.assign({ maxInFlight: 1 }, { maxInflight: 3 }), /no limit 'maxInflight'/],
  ])("are refused with INVALID_ARGUMENT: %j", (overrides, message) => {
    expect(() => resolveLimits(overrides)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(() => resolveLimits(overrides)).toThrow(message);
  });

  test("have a standard value that their ceiling allows", () => {
    for (const [name, { standard, ceiling }] of Object.entries(LIMIT_TABLE)) {
      expect(Number(ceiling) === 0 || standard <= ceiling, name).toBe(true);
    }
  });
});
