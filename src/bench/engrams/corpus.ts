import { createCall, createImprint } from "../../testing/index.js";
import type { EngramCall } from "../../engram/index.js";

type Imprint = ReturnType<typeof createImprint>;

/** The namespace of everything that is measured. */
export const namespace = "bench";

/** Numbers from zero up to one, the same in every run. */
export function createRandom(seed: number): () => number {
  // Seeds beside each other begin far apart.
  let state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const vocabulary = 20_000;

/** A word of a language in which few words are common and most are rare, as Zipf found: the n-th comes as often as 1/n. */
function drawWord(random: () => number): string {
  return `w${Math.floor(Math.exp(random() * Math.log(vocabulary))).toString(36)}`;
}

/** Some words in a row. */
export function drawText(random: () => number, words: number): string {
  return Array.from({ length: words }, () => drawWord(random)).join(" ");
}

/** What a Neuron remembers: a question of eight words, an answer of twelve, a number, two tags. */
export function memoryOf(n: number): { readonly question: string; readonly body: Imprint } {
  const random = createRandom(n);
  const question = drawText(random, 8);
  const content = { question, answer: drawText(random, 12), n };
  return {
    question,
    body: createImprint("UPSERT", JSON.stringify(content), { mergeKey: `q:${n}`, tags: ["qa", `t${n % 50}`] }),
  };
}

const never = new AbortController().signal;

/** A call of its own: imprint ids are never used twice. */
export function callOf(signalId = "evt_0"): EngramCall {
  return createCall({ namespace, signalId, abort: never });
}
