import { describeUnknownPart } from "../foundation/index.js";
import { CosmoError } from "./cosmo-error.js";

/** Throws INVALID_ARGUMENT for an option that nobody reads; one that is almost right is told which was meant. */
export function checkOptions(what: string, options: object, known: ReadonlySet<string>): void {
  const unknown = describeUnknownPart(options, known);
  if (unknown !== undefined) throw new CosmoError("INVALID_ARGUMENT", `${what} ${unknown}`);
}

/** Throws INVALID_ARGUMENT for a number that is not whole or out of its bounds. Undefined passes: the default holds. */
export function checkWhole(name: string, value: number | undefined, bounds: { min: number; max: number }): void {
  const { min, max } = bounds;
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
  const message = `${name} is a whole number from ${min} to ${max}, not ${String(value)}`;
  throw new CosmoError("INVALID_ARGUMENT", message, { field: name });
}
