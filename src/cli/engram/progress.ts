import { SingleBar } from "cli-progress";
import type { Terminal } from "../core/terminal.js";

/** Shows how far long work is. */
export interface Progress extends Disposable {
  /** Sets how much is done. */
  update(done: number): void;
}

/**
 * A line on stderr, where a person sees it; elsewhere nothing is shown. Without a total only what is done is counted.
 * Disposing of it ends the line.
 */
export function showProgress({ stderr }: Terminal, what: string, total?: number): Progress {
  const isSeen = "isTTY" in stderr && stderr.isTTY === true;
  const format =
    total === undefined
      ? `${what} {value} entries`
      : `${what} {bar} {percentage}% {value}/{total} entries {eta_formatted}`;
  const bar = new SingleBar({
    format,
    stream: stderr,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: false,
    clearOnComplete: true,
  });
  if (isSeen) bar.start(total ?? 0, 0);
  return {
    update: (done) => bar.update(done),
    [Symbol.dispose]: () => bar.stop(),
  };
}
