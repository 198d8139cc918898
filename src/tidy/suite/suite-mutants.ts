import { arriving } from "./mutants/arriving.js";
import { asking, observing } from "./mutants/asking.js";
import { closing } from "./mutants/closing.js";
import { deciding } from "./mutants/engram/deciding.js";
import { keeping } from "./mutants/engram/keeping.js";
import { reading } from "./mutants/engram/reading.js";
import { hosting } from "./mutants/hosting.js";
import type { Mutant } from "./mutants/mutation.js";
import { routing } from "./mutants/routing.js";
import { showing } from "./mutants/showing.js";
import { telling } from "./mutants/telling.js";
import { working } from "./mutants/working.js";

/** Those that a battery within a process kills and no link can show, by their names, and why. */
export const unseenMutants: Readonly<Record<string, string>> = {
  "forgets a millisecond late": "A link is slower than a millisecond.",
  "suspects too early": "A link is slower than a millisecond.",
  "takes an id of two roles":
    "An Engram has a store and a Neuron has none: two roles are always two stores, with the same code.",
  "delivers what the producer wrote over":
    "Whoever writes over bytes that it has published shares memory with who reads them.",
  "drops the attempt": "It is in the Synapse of one process, which no link leads to.",
  "waits for no slow observer": "It is in the side of who receives, and how it waits is its own affair.",
};

const all: readonly Mutant[] = [
  ...arriving,
  ...working,
  ...routing,
  ...closing,
  ...showing,
  ...deciding,
  ...reading,
  ...keeping,
  ...hosting,
  ...asking,
  ...observing,
  ...telling,
];

/** Every mutant of our own code that the conformance suite is to kill. */
export const suiteMutants = all.filter(({ name }) => !Object.hasOwn(unseenMutants, name));

/** How many are left out because no link shows them. */
export const unseenCount = all.length - suiteMutants.length;
