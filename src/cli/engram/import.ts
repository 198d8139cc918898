import type { Call } from "../core/call.js";
import type { ExitCode } from "../core/exit-code.js";
import { askOne } from "./ask.js";
import type { OneFlags } from "./flags.js";
import { inParallel } from "./in-parallel.js";
import { importRecord, importSequence, type Fate, type Told } from "./import-entries.js";
import { itemsOf, planFile, recordsOf, type FilePlan } from "./import-file.js";
import { showProgress } from "./progress.js";
import { countOf } from "./plain-text.js";

interface ImportFlags extends OneFlags {
  readonly in: string;
  readonly dryRun?: boolean;
  readonly keepGoing?: boolean;
}

/** How many conflicts and broken lines are named; the rest is counted. */
const namedMax = 20;

/**
 * `cosmo engram import`: checks the whole file first, then brings what is not there yet. Ids and keys of records stay;
 * items of sequences keep their order; versions and times begin anew, since they are the Engram's. What lives there
 * already is never changed: that is a conflict, exit code 7. Broken lines: exit code 100.
 */
export async function run(call: Call<ImportFlags>): Promise<ExitCode> {
  const { options, output } = call;
  const { in: file, keepGoing = false } = options;
  const notes = new Notes();
  const plan = await planFile(file, (error) => {
    if (!keepGoing) throw error;
    notes.add(`cosmo: left out ${error.detail.message}`);
  });
  const fates: Record<Fate, number> = { added: 0, unchanged: 0, conflict: 0, expired: 0 };
  try {
    await bring(call, plan, (line, fate, why) => {
      fates[fate] += 1;
      if (fate === "conflict") notes.add(`cosmo: conflict at ${file}:${line}: ${why}`);
    });
  } finally {
    notes.tell((line) => output.note(line));
  }
  await output.result(toResult(options, plan, fates), () => textOf(options, plan, fates));
  if (plan.broken > 0) return 100;
  return fates.conflict > 0 ? 7 : 0;
}

/** Brings the records, then the sequences. */
async function bring(
  call: Call<ImportFlags>,
  { entries, sequences }: FilePlan,
  tell: (line: number, fate: Fate, why: string) => void,
): Promise<void> {
  const { in: file, dryRun: isDry = false } = call.options;
  using progress = showProgress(call.terminal, "importing", entries);
  let done = 0;
  const told: Told = ({ line }, fate, why = "") => {
    done += 1;
    progress.update(done);
    tell(line, fate, why);
  };
  await askOne(call, async (asked) => {
    const importing = { ...asked, isDry, told };
    await inParallel(recordsOf(file), (entry) => importRecord(importing, entry));
    await inParallel(sequences.values(), (places) => importSequence(importing, itemsOf(file, places)));
  });
}

type Fates = Readonly<Record<Fate, number>>;

function toResult(
  options: ImportFlags,
  { entries, broken }: FilePlan,
  fates: Fates,
): Readonly<Record<string, unknown>> {
  const { engram, namespace, in: file, dryRun = false } = options;
  const { added, unchanged, conflict, expired } = fates;
  const counts = { entries, added, unchanged, conflicts: conflict, expired, broken };
  return { engram_id: engram, namespace, file, dry_run: dryRun, ...counts };
}

function textOf({ engram, in: file, dryRun }: ImportFlags, { entries, broken }: FilePlan, fates: Fates): string {
  const { added, unchanged, conflict, expired } = fates;
  const counts = [
    `${added} ${dryRun === true ? "would be added" : "added"}`,
    `${unchanged} unchanged`,
    ...(conflict === 0 ? [] : [`${conflict} in conflict`]),
    ...(expired === 0 ? [] : [`${expired} expired`]),
    ...(broken === 0 ? [] : [`${broken} broken`]),
  ];
  return `${countOf(entries)} of ${file} to ${engram}: ${counts.join(", ")}`;
}

/** Keeps the first of many lines, and says them when nothing else is being written. */
class Notes {
  readonly #lines: string[] = [];
  #count = 0;

  add(line: string): void {
    this.#count += 1;
    if (this.#count <= namedMax) this.#lines.push(line);
  }

  /** Says them. */
  tell(note: (line: string) => void): void {
    for (const line of this.#lines) note(line);
    if (this.#count > namedMax) note(`cosmo: and ${this.#count - namedMax} more`);
  }
}
