export { createProgram } from "./program.js";
export { runProgram, type RunOptions } from "./core/run.js";
