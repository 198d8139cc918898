export { createProgram } from "./program.js";
export { runProgram, type RunOptions } from "./core/run.js";
export { declarationOf, type Declaration } from "./core/declare.js";
