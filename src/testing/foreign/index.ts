export { buildGo, buildPython, buildRust, type GoModule, type Program } from "./programs.js";
