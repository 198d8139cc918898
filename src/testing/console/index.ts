export { runCosmo, type CosmoRun, type RunCosmoOptions } from "./run-cosmo.js";
export { CosmoProcess, startCosmo } from "./cosmo-process.js";
export { EngramBus } from "./engram-bus.js";
export { parsed } from "./parsed.js";
export { listCommands, type ListedCommand } from "./command-tree.js";
