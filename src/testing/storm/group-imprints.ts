import type { Answer, Operation, Wish } from "./history.js";

/** An imprint with all its repeats: one decision. */
export interface Imprint {
  readonly wish: Wish;
  readonly answer: Answer;
  /** When the first was sent. */
  readonly sentNs: number;
  /** When the first answer came: by then it was decided. */
  readonly receivedNs: number;
}

/** The imprints of a history, and what is wrong with the answers to repeats. */
export interface Grouped {
  readonly imprints: readonly Imprint[];
  readonly findings: readonly string[];
}

/** Puts the operations with one imprint id together. One that never got any answer has to have had no effect. */
export function groupImprints(operations: readonly Operation[]): Grouped {
  const byId = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { imprintId } = operation.wish;
    if (imprintId === undefined) continue;
    const repeats = byId.get(imprintId) ?? [];
    byId.set(imprintId, repeats);
    repeats.push(operation);
  }
  const imprints: Imprint[] = [];
  const findings: string[] = [];
  for (const [imprintId, repeats] of byId) {
    const answered = repeats.flatMap(({ answer, receivedNs, replayed }) =>
      answer === undefined || receivedNs === undefined ? [] : [{ answer, receivedNs, replayed }],
    );
    const [first] = answered;
    const [{ wish } = { wish: undefined }] = repeats;
    if (first === undefined || wish === undefined) continue;
    const fresh = answered.filter(({ replayed }) => replayed !== true).length;
    // The first decision may have been that of an attempt whose answer was lost.
    const isLost = fresh === 0 && answered.length < repeats.length;
    if (fresh !== 1 && !isLost) findings.push(`the imprint ${imprintId} was decided ${fresh} times`);
    const other = answered.find(({ answer }) => JSON.stringify(answer) !== JSON.stringify(first.answer));
    if (other !== undefined) {
      const [a, b] = [first.answer, other.answer].map((answer) => JSON.stringify(answer));
      findings.push(`the imprint ${imprintId} got two answers: ${a} and ${b}`);
    }
    imprints.push({
      wish,
      answer: first.answer,
      sentNs: Math.min(...repeats.map(({ sentNs }) => sentNs)),
      receivedNs: Math.min(...answered.map(({ receivedNs }) => receivedNs)),
    });
  }
  return { imprints, findings };
}
