import { Ajv2020 } from "ajv/dist/2020.js";
import { readText, readYaml } from "./files.js";
import { SuiteError } from "./suite-error.js";

/** A part of the protocol that an implementation can play. */
export type PlayedRole = "codec" | "engram" | "observer" | "participant" | "synapse";

/** What a sentence belongs to: `core`, without which nobody can work together, or only `full`, which is all of it. */
export const profiles = ["core", "full"] as const;

/** How much of the specification is played. */
export type Profile = (typeof profiles)[number];

/** One sentence of the specification. */
export interface Requirement {
  readonly id: string;
  /** Its key word. */
  readonly level: "MAY" | "MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT";
  readonly sentence: string;
  /** Where it stands in the specification. */
  readonly line: number;
  readonly roles: readonly PlayedRole[];
  /** The smallest profile that has it. */
  readonly profile: Profile;
  /** Why no case shows it; undefined: cases can. */
  readonly excluded: string | undefined;
}

interface Row {
  readonly roles: readonly PlayedRole[];
  readonly profile?: Profile;
  readonly excluded?: string;
}

const isTable = new Ajv2020().compile<Readonly<Record<string, Row>>>({
  type: "object",
  additionalProperties: {
    type: "object",
    additionalProperties: false,
    required: ["roles"],
    properties: {
      roles: {
        type: "array",
        minItems: 1,
        uniqueItems: true,
        items: { enum: ["codec", "engram", "observer", "participant", "synapse"] },
      },
      profile: { enum: profiles },
      excluded: { type: "string", minLength: 10 },
    },
  },
});

const sentenceForm = /^- \*\*(COS-[A-Z]+-\d{3})\*\* (\S.*)$/;

/**
 * The sentences of the specification in their order, with who can be tested for them. Throws SuiteError if the
 * specification and `requirements.yaml` do not have the same ids.
 */
export function readRequirements(): readonly Requirement[] {
  return joinRequirements(readText("proto", "README.md"), readYaml("conformance", "requirements.yaml"));
}

/** The same from what was read. Throws SuiteError as `readRequirements` does. */
export function joinRequirements(specification: string, table: unknown): readonly Requirement[] {
  if (!isTable(table)) {
    const [error] = isTable.errors ?? [];
    throw new SuiteError(`requirements.yaml: ${error?.instancePath ?? ""} ${error?.message ?? "is no table"}`);
  }
  const rows = new Map(Object.entries(table));
  const requirements = specification.split("\n").flatMap((text, index): readonly Requirement[] => {
    const [, id, sentence] = sentenceForm.exec(text) ?? [];
    if (id === undefined || sentence === undefined) return [];
    const row = rows.get(id);
    if (row === undefined) throw new SuiteError(`requirements.yaml: ${id} is missing, and the specification has it`);
    rows.delete(id);
    const { roles, profile = "full", excluded } = row;
    return [{ id, sentence, level: levelOf(sentence), line: index + 1, roles, profile, excluded }];
  });
  const [stranger] = rows.keys();
  if (stranger !== undefined) throw new SuiteError(`requirements.yaml: ${stranger} is not in the specification`);
  return requirements;
}

function levelOf(sentence: string): Requirement["level"] {
  const isNot = /\b(?:MUST|SHOULD) NOT\b/.test(sentence);
  if (/\bMUST\b/.test(sentence)) return isNot ? "MUST NOT" : "MUST";
  if (/\bSHOULD\b/.test(sentence)) return isNot ? "SHOULD NOT" : "SHOULD";
  return "MAY";
}
