import { readDescriptors, readText } from "../ground/files.js";
import type { Case } from "../run/verdict.js";
import { Schema } from "../wire/schema.js";
import { readSynapseCases } from "./case-file.js";
import { readErrorTable } from "./error-table.js";
import { synapseCase, type Targets } from "./play.js";

/** Every case of the role, in order. They are played against the Synapses that `targets` gives. */
export function synapseCases(targets: Targets): readonly Case[] {
  const schema = new Schema(readDescriptors());
  const errors = readErrorTable(readText("proto", "README.md"));
  return readSynapseCases().map((data) => synapseCase(data, { schema, errors }, targets));
}
