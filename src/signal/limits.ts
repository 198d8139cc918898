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

/** Limits to change; one that is undefined stays the standard one. */
export type LimitOverrides = { readonly [Name in LimitName]?: number | undefined };

/**
 * The standard limits with some of them changed. Throws INVALID_ARGUMENT for one that is unknown, over its ceiling, no
 * whole number above 0, or fixed and not the standard one (COS-LIM-002).
 */
export function resolveLimits(overrides: LimitOverrides): Limits {
  const limits = Limits.create(STANDARD_LIMITS);
  for (const [name, value] of Object.entries(overrides)) {
    // The codec's own property, where somebody passes limits that a peer sent.
    if (value === undefined || name === "_unknownFields") continue;
    if (!isLimitName(name)) throw new CosmoError("INVALID_ARGUMENT", `There is no limit '${name}'`);
    limits[name] = checkLimit(name, value);
  }
  return limits;
}

function checkLimit(name: LimitName, value: number): number {
  const { standard, ceiling } = table[name];
  if (!Number.isInteger(value) || value < 1) {
    throw new CosmoError("INVALID_ARGUMENT", `The limit ${name} is a whole number from 1, not ${String(value)}`);
  }
  if (ceiling === 0 ? value !== standard : value > ceiling) {
    const most = ceiling === 0 ? `is fixed at ${standard}, since peers rely on it` : `is at most ${ceiling}`;
    const options = { requirement: "COS-LIM-002", field: name };
    throw new CosmoError("INVALID_ARGUMENT", `The limit ${name} ${most}; ${value} was asked for`, options);
  }
  return value;
}
