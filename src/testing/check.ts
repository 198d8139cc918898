import { CosmoError } from "../errors/index.js";

/** What a battery throws when an implementation does not keep the contract. */
function fail(what: string): never {
  throw new CosmoError("INTERNAL", `The contract does not hold: ${what}`);
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (name, item: unknown) => (name === "_unknownFields" ? undefined : printable(item))) ??
    "undefined"
  );
}

function printable(item: unknown): unknown {
  return typeof item === "bigint" ? `${item}n` : item;
}

/** Fails unless both are the same, compared by what they hold. */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  if (show(actual) !== show(expected)) fail(`${what}: ${show(actual)} where ${show(expected)} is due`);
}

/** Fails unless the condition is true. */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition) fail(what);
}
