export { Backoff } from "./backoff.js";
export { systemClock, type CancelTimer, type Clock } from "./clock.js";
export { Fifo } from "./fifo.js";
export type { Json, JsonObject } from "./json.js";
export { createDeferred, type Deferred } from "./deferred.js";
export { createUlidSource, systemRandom, type RandomSource } from "./ulid.js";
export { nextTurn } from "./turn.js";
export { ExpiringMap, type ExpiringMapOptions } from "./expiring-map.js";
export { describeUnknownPart } from "./unknown-part.js";
