/** How many requests are under way at once: enough to keep a store busy, few enough for any Engram. */
const atOnce = 16;

/**
 * Does something with each item, some at a time, taking an item only when there is room for it. Rejects with the first
 * failure once nothing is under way any more; later items are then not begun.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failed = false;
  let failure: unknown;
  const fail = (thrown: unknown): void => {
    if (!failed) failure = thrown;
    failed = true;
  };
  try {
    for await (const item of items) {
      const work: Promise<void> = run(item)
        .catch(fail)
        .finally(() => running.delete(work));
      running.add(work);
      if (running.size >= atOnce) await Promise.race(running);
      if (failed) break;
    }
  } catch (thrown) {
    fail(thrown);
  }
  await Promise.all(running);
  if (failed) throw failure;
}
