interface Watched {
  readonly calls: Set<() => void>;
  readonly release: () => void;
}

/** Tells many of one abort, with one listener on its signal: a runtime takes many listeners for a leak. */
export class AbortWatch {
  readonly #watched = new Map<AbortSignal, Watched>();

  /** Calls `call` once when the signal aborts, until what is returned is called. */
  add(signal: AbortSignal, call: () => void): () => void {
    const watched = this.#watched.get(signal) ?? this.#watch(signal);
    watched.calls.add(call);
    return () => {
      if (!watched.calls.delete(call) || watched.calls.size > 0) return;
      watched.release();
      this.#watched.delete(signal);
    };
  }

  #watch(signal: AbortSignal): Watched {
    const calls = new Set<() => void>();
    const onAbort = (): void => {
      for (const call of [...calls]) call();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const watched = { calls, release: () => signal.removeEventListener("abort", onAbort) };
    this.#watched.set(signal, watched);
    return watched;
  }
}
