import { CosmoError, type ErrorName } from "../errors/index.js";

/** What is wrong with a JSON: its form, a name twice, a character, a number, or its depth. */
export type JsonFault = "form" | "name" | "character" | "number" | "depth";

const requirements: Readonly<Record<JsonFault, string>> = {
  form: "COS-ENT-002",
  name: "COS-ENT-003",
  character: "COS-ENT-003",
  number: "COS-ENT-004",
  depth: "COS-ENT-005",
};

/** The error for a JSON that is no I-JSON: of an entry with the requirement that it breaks, of a query with the one. */
export function jsonFault(code: ErrorName, fault: JsonFault, message: string): CosmoError {
  if (code === "INVALID_ENTRY") return new CosmoError(code, message, { requirement: requirements[fault] });
  return new CosmoError(code, message, code === "INVALID_FILTER" ? { requirement: "COS-RCL-012" } : {});
}
