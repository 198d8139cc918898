import { groupImprints, type Imprint } from "./group-imprints.js";
import type { Answer, Operation, Wish } from "./history.js";
import { answerPlainly, applyPlainly, emptyKey, type PlainKey } from "./plain-key.js";

/** An answer that changed nothing: it must be true of some state between its two instants. */
interface Sight {
  readonly wish: Wish;
  readonly answer: Answer;
  readonly sentNs: number;
  readonly receivedNs: number;
}

/**
 * Verifies a history of one Engram on keys that were empty before, and says in words what is wrong. Every operation of
 * the history must be in it, those without an answer too.
 *
 * Of each key it holds: one effect an imprint id, and the same answer to its repeats (COS-OP-022, COS-OP-023); versions
 * from 1 without repeats or holes (COS-ENT-012, COS-ENT-013); who was answered earlier has the smaller version; the
 * effects one after another give every receipt, `seq` included (COS-OP-003, COS-OP-028); and every recall and refusal
 * saw a state that was not older than what anybody knew when it was sent (COS-ENT-020).
 */
export function checkHistory(operations: readonly Operation[]): readonly string[] {
  const keys = new Map<string, Operation[]>();
  for (const operation of operations) {
    const ofKey = keys.get(operation.wish.key) ?? [];
    keys.set(operation.wish.key, ofKey);
    ofKey.push(operation);
  }
  const ids = new Set<string>();
  return [...keys].flatMap(([key, ofKey]) => checkKey(ofKey, ids).map((finding) => `${key}: ${finding}`));
}

function checkKey(operations: readonly Operation[], ids: Set<string>): readonly string[] {
  const { imprints, findings } = groupImprints(operations);
  const effects = imprints.filter(isEffect).sort((a, b) => versionOf(a) - versionOf(b));
  const gaps = findGaps(effects.map(versionOf));
  // Without every version there is no order in which to look at the rest.
  if (gaps.length > 0) return [...findings, ...gaps];
  const { states, found } = replay(effects, ids);
  const recalls = operations.flatMap(({ wish, answer, sentNs, receivedNs }) =>
    wish.op !== "recall" || answer === undefined || receivedNs === undefined
      ? []
      : [{ wish, answer, sentNs, receivedNs }],
  );
  const sights = [...recalls, ...imprints.filter((imprint) => !isEffect(imprint))];
  return [...findings, ...findDisorder(effects), ...found, ...findUnseen({ effects, states, sights })];
}

function isEffect({ wish, answer }: Imprint): boolean {
  return answer.kind === "receipt" && (wish.op !== "delete" || answer.deleted);
}

function versionOf({ answer }: Imprint): number {
  return answer.kind === "receipt" ? answer.version : 0;
}

function findGaps(versions: readonly number[]): readonly string[] {
  const seen = new Set(versions);
  const twice = versions.filter((version, index) => versions[index - 1] === version);
  const highest = versions.at(-1) ?? 0;
  const missing = Array.from({ length: highest }, (_, index) => index + 1).filter((version) => !seen.has(version));
  return [
    ...twice.map((version) => `version ${version} was given twice`),
    ...missing.map((version) => `version ${version} was given to nobody`),
  ];
}

/** Who was answered before another was sent comes before it. */
function findDisorder(effects: readonly Imprint[]): readonly string[] {
  const findings: string[] = [];
  let earliest: Imprint | undefined;
  for (const effect of effects.toReversed()) {
    if (earliest !== undefined && earliest.receivedNs < effect.sentNs) {
      findings.push(`version ${versionOf(effect)} was sent after version ${versionOf(earliest)} was acknowledged`);
    }
    if (earliest === undefined || effect.receivedNs < earliest.receivedNs) earliest = effect;
  }
  return findings;
}

/** Every state of the key, from the one before the first effect on, and the receipts that do not fit. */
function replay(effects: readonly Imprint[], ids: Set<string>): { states: readonly PlainKey[]; found: string[] } {
  let state = emptyKey;
  const states = [state];
  const found: string[] = [];
  for (const { wish, answer } of effects) {
    if (answer.kind !== "receipt") continue;
    const wanted = answerPlainly(state, wish);
    const isNew = wanted.kind === "receipt" && wanted.created;
    if (isNew && ids.has(answer.id)) found.push(`the id ${answer.id} was given to two entries`);
    ids.add(answer.id);
    const seen = isNew ? { ...answer, id: "" } : answer;
    if (!isSame(seen, wanted)) found.push(differ(wish, seen, wanted));
    state = applyPlainly(state, wish, answer.id);
    states.push(state);
  }
  return { states, found };
}

interface Scenery {
  readonly effects: readonly Imprint[];
  readonly states: readonly PlainKey[];
  readonly sights: readonly Sight[];
}

/** The sights that are not of a state between what was known when they were sent and what was sent when they came. */
function findUnseen({ effects, states, sights }: Scenery): readonly string[] {
  const known = new Watermark(effects.map((effect) => ({ atNs: effect.receivedNs, version: versionOf(effect) })));
  const sent = new Watermark(effects.map((effect) => ({ atNs: effect.sentNs, version: versionOf(effect) })));
  const findings: string[] = [];
  for (const { wish, answer, sentNs, receivedNs } of sights.toSorted((a, b) => a.receivedNs - b.receivedNs)) {
    const [from, to] = [known.before(sentNs), sent.before(receivedNs)];
    const window = states.slice(from, to + 1);
    const index = window.findIndex((state) => isSame(answerPlainly(state, wish), answer));
    // What one has seen, no later one may miss.
    if (index >= 0) known.add({ atNs: receivedNs, version: from + index });
    else
      findings.push(
        `between versions ${from} and ${to}: ${differ(wish, answer, window.map((state) => answerPlainly(state, wish)).at(-1))}`,
      );
  }
  return findings;
}

interface Mark {
  readonly atNs: number;
  readonly version: number;
}

/** The highest version up to an instant. */
class Watermark {
  readonly #marks: Mark[] = [];

  constructor(marks: readonly Mark[]) {
    for (const mark of marks.toSorted((a, b) => a.atNs - b.atNs)) this.add(mark);
  }

  /** Adds a mark; one of an earlier instant than others raises those too. */
  add({ atNs, version }: Mark): void {
    const place = this.#count(atNs + 1);
    const highest = Math.max(version, this.#marks[place - 1]?.version ?? 0);
    this.#marks.splice(place, 0, { atNs, version: highest });
    for (let index = place + 1; index < this.#marks.length; index += 1) {
      const mark = this.#marks[index];
      if (mark === undefined || mark.version >= highest) break;
      this.#marks[index] = { atNs: mark.atNs, version: highest };
    }
  }

  /** The highest version before an instant; zero: none. */
  before(ns: number): number {
    return this.#marks[this.#count(ns) - 1]?.version ?? 0;
  }

  /** How many marks are before an instant. */
  #count(ns: number): number {
    let [low, high] = [0, this.#marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#marks[middle]?.atNs ?? Infinity) < ns) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isSame(a: Answer, b: Answer): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function differ(wish: Wish, seen: Answer, wanted: Answer | undefined): string {
  return `${JSON.stringify(wish)}: saw ${JSON.stringify(seen)}, expected ${JSON.stringify(wanted)}`;
}
