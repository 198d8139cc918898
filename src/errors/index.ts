export { checkOptions, checkWhole } from "./argument.js";
export {
  CosmoError,
  createErrorDetail,
  describeThrown,
  errorName,
  toCosmoError,
  type CosmoErrorOptions,
  type ErrorName,
} from "./cosmo-error.js";
export { readDuration, writeDuration } from "./duration.js";
