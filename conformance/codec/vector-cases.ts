import { isDeepStrictEqual } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readYaml } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import { Finding, type Case } from "../run/verdict.js";
import type { DataObject } from "../synapse/case-file.js";
import { fromHex } from "../synapse/resolve.js";
import type { Schema } from "../wire/schema.js";
import {
  askCodec,
  differenceWords,
  refusalWords,
  toBase64,
  toHarness,
  transcodeCase,
  type Harnesses,
} from "./codec-case.js";

/** A Signal of a version that was released: what it says, its bytes, and how it is shown. Never edited afterwards. */
export interface Vector {
  readonly name: string;
  /** The sentences of the JSON view that it shows. */
  readonly shows: readonly string[];
  readonly signal: DataObject;
  readonly hex: string;
  readonly view: Readonly<Record<string, unknown>>;
}

const isVectors = new Ajv2020().compile<readonly Vector[]>({
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["name", "shows", "signal", "hex", "view"],
    properties: {
      name: { type: "string", pattern: "^[a-z0-9-]+$" },
      shows: { type: "array", minItems: 1, items: { type: "string", pattern: "^COS-JSON-[0-9]{3}$" } },
      signal: { type: "object" },
      hex: { type: "string", pattern: "^[0-9a-f]+$" },
      view: { type: "object" },
    },
  },
});

/** The golden vectors of version 1. Throws SuiteError for a file that is none. */
export function readVectors(): readonly Vector[] {
  const read = readYaml("conformance", "vectors", "v1.yaml");
  if (isVectors(read)) return read;
  const [error] = isVectors.errors ?? [];
  throw new SuiteError(`vectors/v1.yaml: ${error?.instancePath ?? ""} ${error?.message ?? ""}`);
}

/** Two cases for each vector: it goes through the codec and means the same, and its JSON view is the one that it has. */
export function vectorCases(schema: Schema, harnesses: Harnesses): readonly Case[] {
  const message = "cosmonapse.v1.Signal";
  return readVectors().flatMap(({ name, shows, hex, view }) => {
    const bytes = fromHex(hex);
    const wire = {
      id: `codec/vector/${name}`,
      message,
      bytes,
      expect: "same",
      requirements: ["COS-TYPE-014"],
      needs: [],
    } as const;
    const shown: Case = {
      id: `codec/view/${name}`,
      requirements: shows,
      needs: ["view"],
      checks: ["shown"],
      isNegative: false,
      play: async (emit) => {
        emit.saw(toHarness("Signal", bytes));
        const { viewed, refusal } = await askCodec(harnesses, { view: { bytes: toBase64(bytes) } });
        if (viewed === undefined)
          throw new Finding("failed", `it was not shown: ${refusalWords(refusal ?? { code: "no reason" })}`);
        if (!isDeepStrictEqual(viewed.json, view)) {
          throw new Finding("failed", differenceWords(JSON.stringify(view), JSON.stringify(viewed.json)));
        }
        emit.passed("shown");
      },
    };
    return [transcodeCase(schema, wire, harnesses), shown];
  });
}
