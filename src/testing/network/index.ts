export { FaultProxy, type Fault, type FaultProxyOptions } from "./fault-proxy.js";
