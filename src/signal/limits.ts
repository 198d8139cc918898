import { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { CosmoError } from "../errors/index.js";

/** The name of a limit. */
export type LimitName = keyof typeof LIMIT_TABLE;

const table: Readonly<Record<LimitName, { readonly standard: number; readonly ceiling: number }>> = LIMIT_TABLE;

function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(table, name);
}

/** The limits that hold when nothing else is configured. */
export const STANDARD_LIMITS: Limits = Limits.create(
  Object.fromEntries(Object.entries(table).map(([name, { standard }]) => [name, standard])),
);

/**
 * The standard limits with some of them changed. Throws INVALID_ARGUMENT for one that is unknown, not configurable, over
 * its ceiling or no whole number above 0.
 */
export function resolveLimits(overrides: Partial<Limits>): Limits {
  const limits = Limits.create(STANDARD_LIMITS);
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    if (!isLimitName(name)) throw new CosmoError("INVALID_ARGUMENT", `There is no limit '${name}'`);
    limits[name] = checkLimit(name, value);
  }
  return limits;
}

function checkLimit(name: LimitName, value: unknown): number {
  const { standard, ceiling } = table[name];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw new CosmoError("INVALID_ARGUMENT", `The limit ${name} is a whole number from 1, not ${String(value)}`);
  }
  if (value > (ceiling || standard)) {
    const most = ceiling === 0 ? `is fixed at ${standard}, since peers rely on it` : `is at most ${ceiling}`;
    throw new CosmoError("INVALID_ARGUMENT", `The limit ${name} ${most}; ${value} was asked for`);
  }
  return value;
}
