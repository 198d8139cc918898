import { Ajv2020 } from "ajv/dist/2020.js";
import { listFiles, readYaml } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import type { Case } from "../run/verdict.js";
import { observerCase, type ObserverCaseData, type ObserverPlace } from "./observer-case.js";

interface CaseFile {
  readonly area: string;
  readonly cases: readonly ObserverCaseData[];
}

const name = { type: "string", pattern: "^[a-z][a-z0-9-]*$" };
const texts = { type: "array", items: { type: "string", minLength: 1 } };
const part = { type: "object", minProperties: 1 };

/** What a step may be: one verb, as `observer-steps.ts` plays it. */
const verbs = {
  show: {
    type: "object",
    additionalProperties: false,
    required: ["position", "signal"],
    properties: { position: { type: "integer", minimum: 0 }, reason: { type: "string" }, signal: part, note: part },
  },
  live: { type: "integer", minimum: 1 },
  rejected: part,
  gap: part,
  subscribed: part,
  sees: { type: "array", minItems: 1, items: { ...part, required: ["kind"] } },
  refuses: { type: "string" },
  heard: part,
  frame: part,
  lose: { enum: ["new", "resumed"] },
};

const isFile = new Ajv2020({ strictRequired: false, strictTypes: false }).compile<CaseFile>({
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
          shows: { type: "array", minItems: 1, uniqueItems: true, items: { pattern: "^COS-[A-Z]+-[0-9]{3}$" } },
          twin: name,
          observes: { type: "object", additionalProperties: false, properties: { types: texts, traces: texts } },
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
export function observerCases(place: ObserverPlace): readonly Case[] {
  const folder = "conformance/cases/observer";
  return listFiles(folder, ".yaml").flatMap((file) => {
    const read = readYaml(folder, file);
    if (!isFile(read)) {
      const [error] = isFile.errors ?? [];
      throw new SuiteError(`${file}: ${error?.instancePath ?? ""} ${error?.message ?? ""}`);
    }
    const whole = (id: string): string => `observer/${read.area}/${id}`;
    return read.cases.map(({ twin, ...one }) =>
      observerCase({ ...one, id: whole(one.id), ...(twin === undefined ? {} : { twin: whole(twin) }) }, place),
    );
  });
}
