/** One end of a bus under measurement: what the systems have in common. */
export interface BusEnd {
  /** Publishes all, as many at once as its pacing allows; resolves when the bus has them. */
  publishAll(count: number, next: (index: number) => Uint8Array): Promise<void>;
  /** Calls back with each Signal that is published from now on, and with how many it is told it will not get. */
  subscribe(take: (bytes: Uint8Array) => void, miss: (count: number) => void): Promise<void>;
  /** Answers each request. */
  serve(answer: (bytes: Uint8Array) => Uint8Array): Promise<void>;
  /** Asks, and waits for the answer. */
  ask(request: { readonly id: string; readonly bytes: Uint8Array }): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** How many publications go without a word from the bus: those of ours wait for receipts, those of NATS for a flush. */
export const pacing = 256;
