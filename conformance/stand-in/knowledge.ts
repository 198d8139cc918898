import { readDescriptors, readText } from "../ground/files.js";
import { readErrorTable, type ErrorRow } from "../synapse/error-table.js";
import { Schema } from "../wire/schema.js";
import type { ValueObject } from "../wire/value.js";
import { readStandardLimits } from "./limits-table.js";

/** What the runner knows of the protocol when it stands in for a Synapse. */
export interface Knowledge {
  readonly schema: Schema;
  readonly errors: ReadonlyMap<string, ErrorRow>;
  /** The standard limits. */
  readonly limits: ValueObject;
}

/** Reads what the suite ships with: the descriptors, the tables of errors and of limits. Throws SuiteError without them. */
export function readKnowledge(): Knowledge {
  const specification = readText("proto", "README.md");
  return {
    schema: new Schema(readDescriptors()),
    errors: readErrorTable(specification),
    limits: readStandardLimits(specification),
  };
}
