import { readDescriptors } from "../ground/files.js";
import type { Case } from "../run/verdict.js";
import { Schema } from "../wire/schema.js";
import { transcodeCase, type Harnesses } from "./codec-case.js";
import { futureCases, readFuture } from "./future-cases.js";
import { generateCases, PACKAGE } from "./message-cases.js";
import { validateCases } from "./signal-cases.js";
import { vectorCases } from "./vector-cases.js";

/** Every case of the role, in order. They ask whatever harness `harnesses` gives. */
export function codecCases(harnesses: Harnesses): readonly Case[] {
  const schema = new Schema(readDescriptors());
  const additions = readFuture();
  const future = new Schema(readDescriptors(), { package: PACKAGE, ...additions });
  return [
    ...generateCases(schema).map((wire) => transcodeCase(schema, wire, harnesses)),
    ...futureCases(future, additions, PACKAGE).map((wire) => transcodeCase(future, wire, harnesses)),
    ...vectorCases(schema, harnesses),
    ...validateCases(schema, harnesses),
  ];
}
