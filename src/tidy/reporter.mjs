import { isNotRun } from "./require.mjs";

/**
 * Prints `N passed, N failed` as the last line of a run, after what was not run. A test that is skipped without the
 * words of `notRun` is a failure, and so are a file that cannot be loaded, an error outside of tests, and a run of none.
 */
export class TallyReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tally = tallyOf(modules, unhandledErrors);
    for (const line of tally.lines) process.stdout.write(`${line}\n`);
    process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
    if (tally.failed > 0) process.exitCode = 1;
  }
}

/** Counts a run: how many passed and failed, and the lines to print before. */
export function tallyOf(modules, unhandledErrors) {
  const lines = new Set();
  let passed = 0;
  let failed = unhandledErrors.length;
  for (const module of modules) {
    if (module.errors().length > 0) failed += 1;
    for (const test of module.children.allTests()) {
      const { state, note } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "skipped" && isNotRun(note)) lines.add(note);
      else {
        failed += 1;
        if (state !== "failed") lines.add(`${state} without a reason: ${module.relativeModuleId} > ${test.fullName}`);
      }
    }
  }
  if (passed + failed === 0) {
    failed = 1;
    lines.add("no tests ran");
  }
  return { passed, failed, lines: [...lines] };
}
