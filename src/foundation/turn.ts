// `setImmediate` exists on Node; elsewhere a message to oneself comes in the next turn, without the delay of a timer.
declare const setImmediate: ((run: () => void) => void) | undefined;
declare class MessageChannel {
  readonly port1: { onmessage: (() => void) | null };
  readonly port2: { postMessage(message: null): void };
}

/** Runs something in the next turn of the event loop, after timers and input had their chance. */
export function nextTurn(run: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(run);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = run;
  port2.postMessage(null);
}
