/** A pause in which nothing was seen, and that an axis shows short. */
export interface AxisBreak {
  /** When it begins and ends, as the Signals around it were seen. */
  readonly from: number;
  readonly to: number;
  /** Where it stands on the axis: 0 at its beginning, 1 at its end. */
  readonly start: number;
  readonly end: number;
}

/** An axis of time. */
export interface TimeAxis {
  readonly from: number;
  readonly to: number;
  /** The pauses that are shown short, in order. */
  readonly breaks: readonly AxisBreak[];
  /** Where an instant stands: 0 at the beginning of the axis, 1 at its end; those outside stand at its ends. */
  place(at: number): number;
  /** The instant at a place. */
  instant(place: number): number;
}

/** How an axis is made. */
export interface AxisOptions {
  /** Shows long pauses short, marked as breaks. Default: true. */
  readonly isCompressed?: boolean;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly isBreak: boolean;
  /** How many milliseconds of the axis it takes. */
  readonly length: number;
}

/** A pause is shown short if it is longer than this, and than that part of all that is no pause. */
const pauseMinMs = 100;
const pausePart = 0.25;

/** An axis over instants, which need not be in order. Of none, or of one, it is a millisecond long. */
export function createAxis(instants: readonly number[], { isCompressed = true }: AxisOptions = {}): TimeAxis {
  const sorted = Float64Array.from(instants).sort();
  const from = sorted[0] ?? 0;
  const to = Math.max(from + 1, sorted[sorted.length - 1] ?? 0);
  const pieces = isCompressed ? cut(sorted, to) : [{ from, to, isBreak: false, length: to - from }];
  const whole = pieces.reduce((sum, { length }) => sum + length, 0);
  const starts: number[] = [];
  let sum = 0;
  for (const { length } of pieces) {
    starts.push(sum / whole);
    sum += length;
  }
  const endOf = (index: number): number => starts[index + 1] ?? 1;
  const breaks = pieces.flatMap((piece, index) =>
    piece.isBreak ? [{ from: piece.from, to: piece.to, start: starts[index] ?? 0, end: endOf(index) }] : [],
  );
  const between = (index: number, part: number): number => {
    const start = starts[index] ?? 0;
    return start + (endOf(index) - start) * part;
  };
  return {
    from,
    to,
    breaks,
    place: (at) => {
      const index = lastWhere(pieces, (piece) => piece.from <= at);
      const piece = pieces[index];
      if (piece === undefined) return 0;
      return between(index, Math.min(1, (at - piece.from) / Math.max(1, piece.to - piece.from)));
    },
    instant: (place) => {
      const index = Math.max(
        0,
        lastWhere(starts, (start) => start <= place),
      );
      const piece = pieces[index];
      if (piece === undefined) return from;
      const start = starts[index] ?? 0;
      const part = (place - start) / Math.max(Number.EPSILON, endOf(index) - start);
      return piece.from + (piece.to - piece.from) * Math.min(1, Math.max(0, part));
    },
  };
}

function cut(sorted: Float64Array, to: number): readonly Piece[] {
  const pauseMs = pauseOf(sorted);
  const pieces: Piece[] = [];
  let from = sorted[0] ?? 0;
  let before = from;
  for (const at of sorted) {
    if (at - before > pauseMs) {
      if (before > from) pieces.push({ from, to: before, isBreak: false, length: before - from });
      pieces.push({ from: before, to: at, isBreak: true, length: pauseMs });
      from = at;
    }
    before = at;
  }
  if (to > from || pieces.length === 0) pieces.push({ from, to, isBreak: false, length: to - from });
  return pieces;
}

/** How long a pause has to be to be shown short; it is then shown as long as that. */
function pauseOf(sorted: Float64Array): number {
  const pauses: number[] = [];
  for (let index = 1; index < sorted.length; index += 1) {
    pauses.push((sorted[index] ?? 0) - (sorted[index - 1] ?? 0));
  }
  // The short ones are what goes on; long ones count no further than they are shown.
  const active = pauses.filter((pause) => pause <= pauseMinMs).reduce((sum, pause) => sum + pause, 0);
  const long = pauses.filter((pause) => pause > pauseMinMs).sort((one, other) => one - other);
  const middle = long[Math.floor((long.length - 1) / 2)] ?? 0;
  return Math.max(pauseMinMs, active * pausePart, long.length > 2 ? middle : 0);
}

function lastWhere<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
