import { describe, expect, test, vi } from "vitest";
import { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import { Effect } from "../../gen/cosmonapse/v1/options.js";
import { ERROR_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { CosmoError, createErrorDetail, describeThrown, errorName, toCosmoError } from "./index.js";

// Pinned as they were released: code, gRPC status, retryable, effect, exit code. A row never changes.
const released = [
  "MALFORMED 1 3 no NONE 1",
  "TOO_LARGE 2 8 no NONE 1",
  "UNAUTHENTICATED 3 16 no NONE 3",
  "PERMISSION_DENIED 4 7 no NONE 3",
  "TRACE_CLOSED 5 9 no NONE 5",
  "UNROUTABLE 6 5 yes NONE 5",
  "OVERLOADED 7 8 yes NONE 5",
  "DEADLINE_EXCEEDED 8 4 no UNKNOWN 6",
  "WORKER_LOST 9 14 no UNKNOWN 5",
  "CANCELLED 10 1 no UNKNOWN 5",
  "LATE 11 9 no NONE 5",
  "SUPERSEDED 12 10 no NONE 5",
  "OUTCOME_UNKNOWN 13 2 no UNKNOWN 5",
  "ID_REUSED 14 6 no NONE 7",
  "CONFLICT 15 6 no NONE 7",
  "UNIMPLEMENTED 16 12 no NONE 5",
  "UNAVAILABLE 17 14 yes NONE 4",
  "INTERNAL 18 13 no UNKNOWN 1",
  "VERSION_UNSUPPORTED 19 9 no NONE 4",
  "SESSION_LOST 20 10 yes UNKNOWN 4",
  "NEURON_FAILED 32 2 no UNKNOWN 5",
  "INVALID_INPUT 33 3 no NONE 2",
  "INVALID_OUTPUT 34 13 no UNKNOWN 5",
  "UNKNOWN_BINDING 35 3 no NONE 5",
  "INVALID_ARGUMENT 36 3 no NONE 2",
  "CLOSED 37 9 no NONE 1",
  "INVALID_ENTRY 48 3 no NONE 2",
  "INVALID_FILTER 49 3 no NONE 2",
  "INVALID_CURSOR 50 3 no NONE 2",
  "ALREADY_EXISTS 51 6 no NONE 7",
  "VERSION_CONFLICT 52 10 no NONE 7",
  "KIND_CONFLICT 53 9 no NONE 7",
  "ID_CONFLICT 54 9 no NONE 7",
  "IDEMPOTENCY_MISMATCH 55 6 no NONE 7",
  "AMBIGUOUS 56 9 no NONE 7",
  "ENGRAM_FAILED 57 14 yes UNKNOWN 5",
];

describe("the table of errors", () => {
  test("has the rows that were released", () => {
    const rows = Object.entries(ERROR_TABLE).map(([name, { code, grpcStatus, retryable, effect, exitCode }]) =>
      [name, code, grpcStatus, retryable ? "yes" : "no", effect === 1 ? "NONE" : "UNKNOWN", exitCode].join(" "),
    );
    expect(rows).toEqual(released);
  });

  test("advises on every error in one sentence", () => {
    for (const { advice } of Object.values(ERROR_TABLE)) expect(advice).toMatch(/^[A-Z`].*\.$/s);
  });
});

describe("CosmoError", () => {
  test("prints its code and its message, and keeps the bare message in the detail", () => {
    const error = new CosmoError("UNROUTABLE", "Nobody serves 'x'", { available: ["a"], field: "directed" });
    expect(String(error)).toBe("CosmoError: [UNROUTABLE] Nobody serves 'x'");
    expect(error.code).toBe("UNROUTABLE");
    expect(error.retryable).toBe(true);
    expect(error.detail).toMatchObject({ message: "Nobody serves 'x'", available: ["a"], field: "directed" });
  });

  test("takes the effect from the table unless it is given", () => {
    expect(createErrorDetail("WORKER_LOST", "").effect).toBe(Effect.UNKNOWN);
    expect(createErrorDetail("WORKER_LOST", "", { effect: Effect.NONE }).effect).toBe(Effect.NONE);
  });

  test("gives the advice to wait in milliseconds", () => {
    expect(new CosmoError("OVERLOADED", "", { retryAfterMs: 1500 }).retryAfterMs).toBe(1500);
    expect(new CosmoError("OVERLOADED").retryAfterMs).toBeUndefined();
  });

  test("names a code of a later version by its number", () => {
    expect(errorName(999)).toBe("CODE_999");
    // code 999, message "new", retryable
    const later = new CosmoError(ErrorDetail.decode(Uint8Array.of(8, 0xe7, 7, 18, 3, 0x6e, 0x65, 0x77, 24, 1)));
    expect([later.message, later.retryable]).toEqual(["[CODE_999] new", true]);
  });

  test("keeps what was thrown below as its cause, and has none otherwise", () => {
    const below = new TypeError("below");
    expect(new CosmoError("INTERNAL", "", { cause: below }).cause).toBe(below);
    expect("cause" in new CosmoError("INTERNAL")).toBe(false);
  });

  test("is recognised by another copy of the package", async () => {
    vi.resetModules();
    const copy = await import("./index.js");
    expect(copy.CosmoError).not.toBe(CosmoError);
    expect(new copy.CosmoError("CLOSED")).toBeInstanceOf(CosmoError);
    expect(new CosmoError("CLOSED")).toBeInstanceOf(copy.CosmoError);
    expect(new Error("CLOSED")).not.toBeInstanceOf(CosmoError);
  });
});

describe("toCosmoError", () => {
  test("leaves a CosmoError as it is", () => {
    const error = new CosmoError("LATE");
    expect(toCosmoError(error, "INTERNAL")).toBe(error);
  });

  test.each([
    [new Error("broken"), "broken"],
    [new RangeError(), "RangeError"],
    ["text", "text"],
    [undefined, "undefined"],
    [Symbol("s"), "Symbol(s)"],
    [Object.create(null), "a value that cannot be shown"],
  ])("makes one of whatever was thrown: %s", (thrown, message) => {
    const error = toCosmoError(thrown, "NEURON_FAILED");
    expect([error.code, error.detail.message]).toEqual(["NEURON_FAILED", message]);
  });

  test("cuts a message after 1,000 characters", () => {
    expect(describeThrown("x".repeat(1000))).toBe("x".repeat(1000));
    expect(describeThrown("x".repeat(1001))).toBe(`${"x".repeat(999)}…`);
  });
});
