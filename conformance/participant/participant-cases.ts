import { Ajv2020 } from "ajv/dist/2020.js";
import { acts } from "../control/messages.js";
import { listFiles, readYaml } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import type { Case } from "../run/verdict.js";
import { participantCase, type ParticipantCaseData, type ParticipantPlace } from "./participant-case.js";

interface CaseFile {
  readonly area: string;
  readonly cases: readonly ParticipantCaseData[];
}

const name = { type: "string", pattern: "^[a-z][a-z0-9-]*$" };
const ids = {
  type: "array",
  minItems: 1,
  uniqueItems: true,
  items: { type: "string", pattern: "^COS-[A-Z]+-[0-9]{3}$" },
};

function verb(required: readonly string[], properties: object): object {
  return { type: "object", additionalProperties: false, required, properties };
}

/** What a step may be: one verb, as `participant-steps.ts` plays it. */
const verbs = {
  give: verb(["to"], { to: name, signal: { type: "object" }, note: { type: "object" }, save: name }),
  answer: verb(["of"], { of: name, signal: { type: "object" }, attempt: { type: "integer" } }),
  part: verb(["of"], { of: name, signal: { type: "object" }, attempt: { type: "integer" } }),
  says: verb(["body"], {
    body: { type: "string" },
    below: name,
    signal: { type: "object" },
    attempt: { type: "integer" },
    save: name,
  }),
  reply: verb(["to", "signal"], { to: name, by: name, signal: { type: "object" } }),
  ask: {
    type: "object",
    required: ["name"],
    properties: {
      name,
      dispatch: { type: "object" },
      recall: { type: "object" },
      imprint: { type: "object" },
    },
    additionalProperties: false,
    minProperties: 2,
    maxProperties: 2,
  },
  result: verb(["of", "is"], { of: name, is: { type: "object", minProperties: 1, maxProperties: 1 } }),
  cancel: name,
  lose: { enum: ["new", "resumed"] },
  none: { type: "string" },
  stop: name,
  silent: name,
  credit: verb(["of", "partials"], { of: name, partials: { type: "integer", minimum: 1 } }),
  frame: { type: "object", minProperties: 1, maxProperties: 1 },
  heard: { type: "object", minProperties: 1, maxProperties: 1 },
};

const isFile = new Ajv2020({ strictRequired: false }).compile<CaseFile>({
  type: "object",
  additionalProperties: false,
  required: ["area", "cases"],
  properties: {
    area: name,
    cases: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "shows", "steps"],
        properties: {
          id: name,
          shows: ids,
          twin: name,
          needs: { type: "array", items: { enum: ["dispatch", "memory"] } },
          serves: { type: "array", items: name },
          limits: { type: "object", additionalProperties: { type: "integer", minimum: 1 } },
          neurons: { type: "object", additionalProperties: { enum: [...acts] } },
          steps: {
            type: "array",
            minItems: 1,
            items: {
              type: "object",
              minProperties: 1,
              maxProperties: 1,
              additionalProperties: false,
              properties: verbs,
            },
          },
        },
      },
    },
  },
});

/** Every case of the role, by file and in the order of each. Throws SuiteError for a file that holds none. */
export function participantCases(place: ParticipantPlace): readonly Case[] {
  const folder = "conformance/cases/participant";
  return listFiles(folder, ".yaml").flatMap((file) => {
    const read = readYaml(folder, file);
    if (!isFile(read)) {
      const [error] = isFile.errors ?? [];
      throw new SuiteError(`${file}: ${error?.instancePath ?? ""} ${error?.message ?? ""}`);
    }
    const whole = (id: string): string => `participant/${read.area}/${id}`;
    return read.cases.map(({ twin, ...one }) =>
      participantCase({ ...one, id: whole(one.id), ...(twin === undefined ? {} : { twin: whole(twin) }) }, place),
    );
  });
}
