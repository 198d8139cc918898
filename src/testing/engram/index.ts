export { engramBattery, runEngramBattery, type BatteryReport, type EngramCase, type OpenEngram } from "./battery.js";
export { createCall, createImprint, createRecall } from "./fixtures.js";
export { runPaging, type PagingStage } from "./paging.js";
export { runProgram, type ProgramStage } from "./program.js";
export { runVector } from "./run-vector.js";
export type { Vector, VectorFilter, VectorImprint, VectorQuery, VectorStep } from "./vector.js";
