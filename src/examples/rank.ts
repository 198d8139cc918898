import type { Passage } from "./passages.js";
import { contentWords } from "./words.js";

/** How much of its score a passage gives to one whose label it mentions. */
const mentionShare = 0.5;

/**
 * The passages, best answer first. A word counts the more the fewer passages hold it, and the less the longer the
 * passage is (BM25); a heading counts for all below it. A passage that begins with a label in bold, such as the id of a
 * requirement, also scores by the passages that mention the label: what they explain, it states.
 */
export function rankPassages(question: string, passages: readonly Passage[]): Passage[] {
  const wanted = [...new Set(contentWords(question))];
  const bags = passages.map(({ section, text }) => [...contentWords(text), ...new Set(contentWords(section))]);
  const meanLength = bags.reduce((sum, bag) => sum + bag.length, 0) / Math.max(1, bags.length);
  const weights = wanted.map((one) => {
    const holders = bags.filter((bag) => bag.includes(one)).length;
    return Math.log(1 + (bags.length - holders + 0.5) / (holders + 0.5));
  });
  const own = bags.map((bag) => {
    const damping = 1.2 * (0.25 + (0.75 * bag.length) / meanLength);
    return wanted.reduce((sum, one, index) => {
      const times = bag.filter((held) => held === one).length;
      return sum + ((weights[index] ?? 0) * times * 2.2) / (times + damping);
    }, 0);
  });
  const mentioned = scoreMentions(passages, own);
  const scored = passages.map((passage, index) => ({
    passage,
    score: (own[index] ?? 0) + mentionShare * (mentioned.get(labelOf(passage)) ?? 0),
  }));
  return scored.sort((one, other) => other.score - one.score).map(({ passage }) => passage);
}

function labelOf({ text }: Passage): string {
  return /^\*\*([\w.-]+)\*\*/.exec(text)?.[1] ?? "";
}

/** For each label, the best score among the passages that mention it without being its own. */
function scoreMentions(passages: readonly Passage[], scores: readonly number[]): ReadonlyMap<string, number> {
  const labels = new Set(passages.map(labelOf).filter((label) => label !== ""));
  const best = new Map<string, number>();
  for (const [index, passage] of passages.entries()) {
    const own = labelOf(passage);
    for (const [name] of passage.text.matchAll(/\w[\w.-]*\w/g)) {
      if (name === own || !labels.has(name)) continue;
      best.set(name, Math.max(best.get(name) ?? 0, scores[index] ?? 0));
    }
  }
  return best;
}
