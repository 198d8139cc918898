import { Ajv2020 } from "ajv/dist/2020.js";
import type { Credential } from "../control/messages.js";
import { listFiles, readYaml } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";

/** What YAML holds: the data of a case, before its variables are filled in. */
export type Data = boolean | null | number | string | readonly Data[] | { readonly [name: string]: Data };

/** An object of such data. */
export type DataObject = Readonly<Record<string, Data>>;

/** A step: one verb and what it takes. */
export type Step = DataObject;

/** A case of the role `synapse`, as its file says it. */
export interface SynapseCaseData {
  readonly id: string;
  /** The sentences that it shows. */
  readonly shows: readonly string[];
  /** The valid case that differs in one thing. */
  readonly twin?: string;
  /** Limits that the Synapse has to be started with: then the role needs a harness. */
  readonly limits?: Readonly<Record<string, number>>;
  /** The credentials that the Synapse takes: who names none has the first. */
  readonly credentials?: readonly Credential[];
  readonly steps: readonly Step[];
}

/** A file of cases. */
export interface CaseFile {
  readonly area: string;
  /** The credentials of each of its cases. */
  readonly credentials?: readonly Credential[];
  /** Steps that every case of the file begins with. */
  readonly setup?: readonly Step[];
  /** Steps that every case of the file ends with. */
  readonly after?: readonly Step[];
  readonly cases: readonly SynapseCaseData[];
}

const schema: unknown = JSON.parse(JSON.stringify(readYaml("conformance", "cases", "synapse.schema.yaml")));
const isFile = new Ajv2020({ strictRequired: false, allowUnionTypes: true }).compile<CaseFile>(
  typeof schema === "object" && schema !== null ? schema : {},
);

/** The files of cases as they are written, in order. Throws SuiteError for one that is none. */
export function readCaseFiles(): readonly CaseFile[] {
  return listFiles("conformance/cases/synapse", ".yaml").map((name) => {
    const read = readYaml("conformance", "cases", "synapse", name);
    if (isFile(read)) return read;
    const [error] = isFile.errors ?? [];
    const words = [error?.instancePath, error?.message, JSON.stringify(error?.params)].join(" ");
    throw new SuiteError(`${name}: ${words}`);
  });
}

/** Every case of the role, by file and in the order of each; the id is `synapse/area/id`. Throws as `readCaseFiles`. */
export function readSynapseCases(): readonly SynapseCaseData[] {
  return readCaseFiles().flatMap(({ area, cases, credentials, setup = [], after = [] }) => {
    const whole = (id: string): string => `synapse/${area}/${id}`;
    return cases.map((one) => ({
      ...(credentials === undefined ? {} : { credentials }),
      ...one,
      id: whole(one.id),
      steps: [...setup, ...one.steps, ...after],
      ...(one.twin === undefined ? {} : { twin: one.twin.includes("/") ? `synapse/${one.twin}` : whole(one.twin) }),
    }));
  });
}
