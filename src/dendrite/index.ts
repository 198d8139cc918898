export type { Dispatch, EngramAddress } from "./calls.js";
export {
  Dendrite,
  type DendriteOptions,
  type DendriteRole,
  type DispatchAndWait,
  type Participant,
} from "./dendrite.js";
export type { ObserveOptions } from "./observer.js";
export type { AnyAxon } from "./work-host.js";
