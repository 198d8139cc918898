export { hashOfCases } from "./commands/cases.js";
export { listCases, listRequirements, type CoverageRow } from "./commands/look.js";
export { roles, type Role } from "./control/messages.js";
export { mutants as referenceMutants } from "./reference/mutants.js";
