export { Hub, type HubOptions, type HubSessionRequest, type NamespaceFigures } from "./hub/hub.js";
export type { Counters } from "./hub/counters.js";
export type { HubSession, SessionState } from "./hub/model.js";
export type { Outbound, OutboundDecision, OutboundDelivery, Outbox } from "./hub/outbox.js";
export { ReceiverPump, type ReceiverPumpOptions } from "./hub/receiver-pump.js";
export type { PublishOptions, Session, SessionReceiver, SessionRequest, Synapse, Unnumbered } from "./synapse.js";
