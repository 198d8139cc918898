import { Ajv2020 } from "ajv/dist/2020.js";
import { readYaml } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import { mutants as ofReference } from "../reference/mutants.js";

/** A way of being wrong that has a name. */
export interface NamedMutant {
  readonly name: string;
  /** The sentence that it breaks: cases of it turn red. */
  readonly violates: string;
  /** What it is wrong in: the reference, or a file of our own code below `src`. */
  readonly of: string;
}

const isTable = new Ajv2020().compile<Readonly<Record<string, Readonly<Record<string, string>>>>>({
  type: "object",
  additionalProperties: {
    type: "object",
    minProperties: 1,
    additionalProperties: { type: "string", pattern: "^COS-[A-Z]+-[0-9]{3}$" },
  },
});

/** Every mutant that the suite is shown to kill, those of the reference first. Throws SuiteError for a file that has none. */
export function listMutants(): readonly NamedMutant[] {
  const read = readYaml("conformance", "mutants.yaml");
  if (!isTable(read)) {
    const [error] = isTable.errors ?? [];
    throw new SuiteError(`mutants.yaml: ${error?.instancePath ?? ""} ${error?.message ?? "is no table"}`);
  }
  return Object.entries({ reference: ofReference, ...read }).flatMap(([of, names]) =>
    Object.entries(names).map(([name, violates]) => ({ name, violates, of })),
  );
}
