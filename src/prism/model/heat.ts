/** After so long half of the heat is gone, milliseconds. */
const halfMs = 4_000;
/** So many Signals at once are as hot as it gets. */
const hottest = 24;

/** What has heat: how much, and when it was warmed last. */
export interface Warm {
  heat: number;
  lastAt: number;
}

function cooled({ heat, lastAt }: Readonly<Warm>, now: number): number {
  return heat * 0.5 ** (Math.max(0, now - lastAt) / halfMs);
}

/** How hot something is, from 0 to 1; half of it is gone after four seconds. */
export function heatOf(one: Readonly<Warm>, now: number): number {
  return Math.min(1, cooled(one, now) / hottest);
}

/** Makes something hotter by one Signal. */
export function warm(one: Warm, at: number): void {
  one.heat = cooled(one, at) + 1;
  one.lastAt = Math.max(one.lastAt, at);
}
