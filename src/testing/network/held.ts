/** What a process holds, after a garbage collection if it runs with `--expose-gc`. */
export interface Held {
  /** Bytes of the heap in use. */
  readonly heapBytes: number;
  /** Bytes outside of the heap that belong to JavaScript. */
  readonly externalBytes: number;
  /** Resident bytes. */
  readonly residentBytes: number;
  /** Sockets, timers and the like that keep it alive or could. */
  readonly handles: number;
}

declare const gc: (() => void) | undefined;

/** Reads what this process holds. */
export function readHeld(): Held {
  if (typeof gc === "function") gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    residentBytes: rss,
    handles: process.getActiveResourcesInfo().length,
  };
}
