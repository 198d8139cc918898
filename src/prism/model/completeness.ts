import type { ViewGap, ViewRecord, ViewSignal } from "./records.js";

/**
 * Watches that a feed tells of everything: Signals are numbered without holes, and where some are missing a gap of the
 * feed counts them. It may stand before or behind the hole, since those who are there are told of first. What no gap
 * counts, this page declares itself.
 */
export class Completeness {
  #lastRow = 0;
  #lastNumber = 0;
  /** Signals that gaps of the feed counted, and whose place no Signal has shown yet. Infinity: nobody knows. */
  #credit = 0;

  /** The last row that was taken. */
  get lastRow(): number {
    return this.#lastRow;
  }

  /**
   * The records of a batch, which holds whole messages of the feed, without those that were taken before, and with the
   * gap that nobody declared where the first hole is.
   */
  check(batch: readonly ViewRecord[]): readonly ViewRecord[] {
    const fresh = batch.filter(({ row }) => row > this.#lastRow);
    let [holes, credit, row, isOpen] = [0, this.#credit, this.#lastRow, true];
    let [first, number]: [ViewSignal | undefined, number] = [undefined, this.#lastNumber];
    let hasLeap = false;
    for (const record of fresh) {
      hasLeap ||= record.row > row + 1;
      row = record.row;
      if (record.kind === "signal") {
        const hole = record.number - number - 1;
        if (hole > 0) {
          first ??= record;
          holes += hole;
        }
        number = Math.max(number, record.number);
        isOpen = false;
      } else if (record.kind === "gap" && (record.by === "feed" || (record.missed === undefined && hasLeap))) {
        credit += record.missed === undefined ? Infinity : Number(record.missed);
        isOpen = true;
      }
    }
    this.#lastRow = row;
    this.#lastNumber = number;
    this.#credit = isOpen ? Math.max(0, credit - holes) : 0;
    return first === undefined || holes <= credit ? fresh : insert(fresh, first, holes - credit);
  }
}

function insert(records: readonly ViewRecord[], before: ViewSignal, count: number): readonly ViewRecord[] {
  const { row, at, namespace } = before;
  const reason = "this page was not told of them";
  // Between two rows, since no row of the feed stands for it.
  const stem = { kind: "gap", row: row - 0.5, at, namespace } as const;
  const gap: ViewGap = { ...stem, missed: BigInt(count), reason, by: "page" };
  const index = records.indexOf(before);
  return [...records.slice(0, index), gap, ...records.slice(index)];
}
