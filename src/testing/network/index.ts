export { FaultProxy, type Fault, type FaultProxyOptions } from "./fault-proxy.js";
export { RawLink, type RawEnd } from "./raw-link.js";
