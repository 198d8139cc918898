import type { Welcome } from "../../../../gen/cosmonapse/v1/frames.js";
import { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { STANDARD_LIMITS } from "../../../signal/index.js";

/** The limits that a Synapse states; a zero among them is the standard value (COS-LIM-001). */
export function resolveWelcomeLimits({ limits }: Welcome): Limits {
  const stated = Object.entries(limits ?? {}).filter(([, value]) => typeof value === "number" && value > 0);
  return Limits.create({ ...STANDARD_LIMITS, ...Object.fromEntries(stated) });
}
