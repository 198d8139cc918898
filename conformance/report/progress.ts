import { SingleBar } from "cli-progress";
import { isRed } from "../run/summary.js";
import type { CheckResult } from "../run/verdict.js";

/** Shows how far a run is. */
export interface Progress extends Disposable {
  /** A case has been played, and came to this. */
  add(results: readonly CheckResult[]): void;
}

/**
 * A bar on the terminal, without colours; nothing without a terminal. Disposing of it takes the line away, so that the
 * report stands in its place.
 */
export function showProgress(terminal: NodeJS.WritableStream | undefined, total: number): Progress {
  if (terminal === undefined) return { add: () => undefined, [Symbol.dispose]: () => undefined };
  const bar = new SingleBar({
    format: "{bar} {value}/{total} cases, {red} red {eta_formatted}",
    stream: terminal,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    clearOnComplete: true,
    // Nothing to set right when the run is interrupted, and no signal that would be kept from ending it.
    hideCursor: false,
    linewrap: true,
    gracefulExit: false,
  });
  let red = 0;
  bar.start(total, 0, { red });
  return {
    add: (results) => {
      red += results.filter(({ verdict }) => isRed(verdict)).length;
      bar.increment(1, { red });
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
