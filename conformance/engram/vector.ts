import { Ajv2020 } from "ajv/dist/2020.js";
import { listFiles, readText, readYaml } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import type { Data, DataObject } from "../synapse/case-file.js";

/** One step of a vector: an imprint, a recall, a purge, or time that passes, with what is expected of the answer. */
export interface VectorStep {
  readonly advance_ms?: number;
  readonly imprint?: DataObject;
  /** How many such imprints are sent at once. Default: 1. */
  readonly times?: number;
  readonly recall?: DataObject;
  /** Forgets what the query finds; null: everything. */
  readonly forget?: DataObject | null;
  /** How many entries were forgotten. */
  readonly entries?: number;
  /** The mode of the recall. Default: `all`. */
  readonly mode?: string;
  /** The namespace, as the vector calls it. Default: `vectors`. */
  readonly namespace?: string;
  /** The room for one answer within a process. A link has no such thing. */
  readonly page_bytes?: number;
  /** Binds the id of the receipt, or the cursor of the answer. */
  readonly as?: string;
  /** Fields of the receipt. */
  readonly receipt?: DataObject;
  /** Fields of each hit, in order, and how many there are. */
  readonly hits?: readonly DataObject[];
  readonly truncated?: boolean;
  /** The code of the refusal. */
  readonly error?: string;
  readonly current_version?: number;
  readonly replayed?: boolean;
}

/** One case as data: steps on an Engram that holds nothing. */
export interface Vector {
  /** `engram/` and the file and the name, in lower case with dashes. */
  readonly id: string;
  /** A sentence that says what is shown. */
  readonly name: string;
  readonly shows: readonly string[];
  readonly steps: readonly VectorStep[];
}

const folder = "conformance/vectors/engram";
const schema: unknown = JSON.parse(JSON.stringify(readYaml("conformance", "vectors", "engram.schema.yaml")));
const isFile = new Ajv2020({ strictRequired: false, allowUnionTypes: true }).compile<readonly Omit<Vector, "id">[]>(
  typeof schema === "object" && schema !== null ? schema : {},
);

/** The vectors of every file, in order. Throws SuiteError for a file that holds none. */
export function readVectors(): readonly Vector[] {
  return listFiles(folder, ".json").flatMap((file) => {
    const read: unknown = JSON.parse(readText(folder, file));
    if (!isFile(read)) {
      const [error] = isFile.errors ?? [];
      throw new SuiteError(`${file}: ${error?.instancePath ?? ""} ${error?.message ?? "no list"}`);
    }
    return read.map((vector) => ({ ...vector, id: `engram/${file.replace(".json", "")}/${toSlug(vector.name)}` }));
  });
}

function toSlug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

const timed: readonly string[] = ["advance_ms", "since_ms", "until_ms", "created_ms", "updated_ms", "expires_ms"];

/** What an implementation has to claim for a vector: `clock` if the harness has to move time, `forget` for a purge. */
export function needsOf({ steps }: Vector): readonly string[] {
  const names = new Set(steps.flatMap((step) => namesIn(JSON.parse(JSON.stringify(step)))));
  return [...(timed.some((name) => names.has(name)) ? ["clock"] : []), ...(names.has("forget") ? ["forget"] : [])];
}

function namesIn(data: Data): readonly string[] {
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).flatMap(([name, one]) => [name, ...namesIn(one)]);
}
