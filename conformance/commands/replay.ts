import { packageVersion } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import { describeSight } from "../report/sights.js";
import { runCases } from "../run/run-cases.js";
import { summarize, type ExitCode } from "../run/summary.js";
import { hashOfCases } from "./cases.js";
import { begin, type SubjectFlags } from "./subject.js";

const timeWidth = 6;

/**
 * `replay`: plays one case and says everything that crosses the wire as it does, then what came of each check. Rejects
 * with SuiteError for a case that the role does not have.
 */
export async function replay(id: string, flags: SubjectFlags, out: (text: string) => void): Promise<ExitCode> {
  const { about, features, cases, stop } = await begin(flags);
  try {
    const one = cases.find((candidate) => candidate.id === id);
    if (one === undefined) throw new SuiteError(`${flags.role} has no case ${id}; \`list cases\` names all`, 2);
    let isPlaying = true;
    // A negative case says nothing without its valid twin: that is played along, in silence.
    const played = cases.filter((candidate) => candidate === one || candidate.id === one.twin);
    const all = await runCases(played, {
      features,
      parallel: 1,
      watchdogMs: flags.watchdogMs,
      onSight: (sight, from) => {
        if (isPlaying && from === id) out(`${String(sight.ms).padStart(timeWidth)} ms  ${describeSight(sight)}`);
      },
    });
    isPlaying = false;
    const results = all.filter((result) => result.case === id);
    for (const { check, verdict, reason } of results) out(`${verdict} ${check}${reason === "" ? "" : `: ${reason}`}`);
    const made = { suite: packageVersion, cases: hashOfCases(), profile: "full", excluded: [], ms: 0 } as const;
    return summarize({ ...made, ...about, features }, results, []).exit;
  } finally {
    await stop();
  }
}
