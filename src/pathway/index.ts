export { ObservationQueue, type Observation } from "./observation.js";
export { Pathway, type PathwayFeed, type PathwayHost } from "./pathway.js";
export type { Reply } from "./reply.js";
