export { SqliteEngram, type SqliteEngramOptions } from "./sqlite-engram.js";
