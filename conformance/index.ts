export { hashOfCases } from "./commands/cases.js";
export { listRequirements, type CoverageRow } from "./commands/look.js";
export { roles, type Role } from "./control/messages.js";
export { mutants as referenceMutants } from "./reference/mutants.js";
