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

/** Every mutant that the conformance suite is to kill. */
export const suiteMutants: readonly Mutant[] = [
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
