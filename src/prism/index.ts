export { PrismServer, type PrismServerOptions } from "./prism-server.js";
export type { HistoryOptions } from "./history.js";
