export { InMemoryEngram, type InMemoryEngramOptions } from "./in-memory-engram.js";
