export { Dendrite, type DispatchAndWait } from "./dendrite.js";
export type { DendriteOptions, DendriteRole } from "./dendrite-options.js";
export type { ObserveOptions } from "./observer.js";
export type { Participant } from "./participant.js";
export type { Dispatch, EngramAddress } from "./task-options.js";
export type { AnyAxon } from "./work-host.js";
