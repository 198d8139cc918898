/** Resolves when a signal aborts; keeps the process alive until then. */
export function untilAborted(abort: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // The longest that a timer can be, nearly: all that counts is that it is there.
    const alive = setInterval(() => undefined, 2 ** 30);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    if (abort.aborted) end();
    else abort.addEventListener("abort", end, { once: true });
  });
}
