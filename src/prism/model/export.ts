import { writeRecord } from "../../doppler/index.js";
import { isSignalId, isTraceId } from "../../signal/index.js";
import type { ViewRecord } from "./records.js";

/**
 * Records as a recording, one JSON object a line, that `cosmo prism --in` and `cosmo doppler --in` open. Notes, gaps and
 * Signals stand as they were seen; what was redacted stays so.
 */
export function* toNdjson(records: Iterable<ViewRecord>): Generator<string, void, void> {
  for (const record of records) yield `${JSON.stringify(writeRecord(record))}\n`;
}

/** What a command line has to reach. */
export interface CommandTarget {
  /** The URL of the Synapse, or the name of a recording. */
  readonly source: string;
  readonly namespace: string;
  /** True for a Synapse. */
  readonly isLive: boolean;
}

/**
 * The command line that shows a Signal, a trace, or what a filter lets pass: live from a Synapse, which keeps nothing,
 * so of what fires from then on, or out of a recording. Quoted for a POSIX shell, whatever the names hold.
 */
export function commandFor(what: string, { source, namespace, isLive }: CommandTarget): string {
  const filter = isTraceId(what) ? `trace:${what}` : isSignalId(what) ? `id:${what}` : what;
  const from = isLive ? ["--url", source, "-n", namespace] : ["--in", source];
  return ["cosmo", "doppler", ...from, ...(filter === "" ? [] : ["--filter", filter])].map(quoteForShell).join(" ");
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
