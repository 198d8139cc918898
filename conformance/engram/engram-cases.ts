import type { Case } from "../run/verdict.js";
import { vectorCase, type EngramPlace } from "./vector-case.js";
import { readVectors } from "./vector.js";

/** Every case of the role, in order: the vectors that need no more than a link. */
export function engramCases(place: EngramPlace): readonly Case[] {
  return readVectors()
    .filter(({ steps }) => steps.every((step) => step.page_bytes === undefined))
    .map((vector) => vectorCase(vector, place));
}
