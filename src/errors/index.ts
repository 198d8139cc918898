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
