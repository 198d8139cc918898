export { buildGo, buildJava, buildPython, buildRust, type GoModule, type Program } from "./programs.js";
