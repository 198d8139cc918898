import { once } from "node:events";
import { createWriteStream, renameSync, rmSync, type WriteStream } from "node:fs";
import { describeThrown } from "../../errors/index.js";
import type { RecallHit } from "../../neuron/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import type { ExitCode } from "../core/exit-code.js";
import { askOne, type Asked } from "./ask.js";
import type { OneFlags } from "./flags.js";
import { exportEnd, exportHeader, exportLine } from "./export-format.js";
import { pagesOf } from "./pages.js";
import { showProgress } from "./progress.js";
import { countOf } from "./plain-text.js";

interface ExportFlags extends OneFlags {
  readonly out: string;
  readonly failOnPartial?: boolean;
}

type Write = (text: string) => Promise<void>;

/**
 * `cosmo engram export`: every entry of one Engram as a line of NDJSON, newest first. The file is there when it is
 * whole, or not at all. Entries that are changed while it is written are counted, since they may be missing from it.
 */
export async function run(call: Call<ExportFlags>): Promise<ExitCode> {
  const { options, output } = call;
  const { engram, namespace, out } = options;
  const { entries, changed } =
    out === "-"
      ? await exportTo(call, (text) => output.raw(text))
      : await intoFile(out, (write) => exportTo(call, write));
  const facts = { engram_id: engram, namespace, file: out, entries, changed_meanwhile: changed };
  const text = `exported ${countOf(entries)} of ${engram} to ${out === "-" ? "stdout" : out}`;
  if (out === "-") output.note(`cosmo: ${text}`);
  else await output.result(facts, () => text);
  if (changed === 0) return 0;
  output.note(`cosmo: ${countOf(changed)} changed meanwhile, and may be missing; export again`);
  return options.failOnPartial === true ? 8 : 0;
}

interface Exported {
  readonly entries: number;
  readonly changed: number;
}

async function exportTo(call: Call<ExportFlags>, write: Write): Promise<Exported> {
  return askOne(call, async (asked) => {
    using progress = showProgress(call.terminal, "exporting");
    let entries = 0;
    const newest = new Newest();
    await write(exportHeader(asked.engramId, call.options.namespace));
    for await (const hits of pagesOf(asked, {})) {
      newest.see(hits);
      await write(hits.map(exportLine).join(""));
      entries += hits.length;
      progress.update(entries);
    }
    await write(exportEnd(entries));
    return { entries, changed: await newest.countChanged(asked) };
  });
}

/** The newest entries of the first page, which is the newest instant that the export shows. */
class Newest {
  #updatedAt: Date | undefined;
  readonly #versions = new Set<string>();

  /** Takes a page; the newest entries come first. */
  see(hits: readonly RecallHit[]): void {
    for (const hit of hits) {
      this.#updatedAt ??= hit.updatedAt;
      if (hit.updatedAt.getTime() === this.#updatedAt.getTime()) this.#versions.add(`${hit.id} ${hit.version}`);
    }
  }

  /** How many entries are newer now: what was changed after the first page is not on later pages. */
  async countChanged(asked: Asked): Promise<number> {
    const query = this.#updatedAt === undefined ? {} : { since: this.#updatedAt };
    let changed = 0;
    for await (const hits of pagesOf(asked, query)) {
      changed += hits.filter(({ id, version }) => !this.#versions.has(`${id} ${version}`)).length;
    }
    return changed;
  }
}

/** Writes beside the file, and takes its place when all is written. */
async function intoFile<T>(file: string, fill: (write: Write) => Promise<T>): Promise<T> {
  const part = `${file}.part-${process.pid}`;
  const stream = createWriteStream(part);
  try {
    await once(stream, "open");
    const filled = await fill((text) => writeAll(stream, text));
    stream.end();
    await once(stream, "close");
    renameSync(part, file);
    return filled;
  } catch (thrown) {
    stream.destroy();
    rmSync(part, { force: true });
    if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
    throw new CliError("INVALID_ARGUMENT", `--out: ${describeThrown(thrown)}`, {
      field: "out",
      exit: 1,
      hint: "Give a path in a folder that can be written and has room.",
      cause: thrown,
    });
  }
}

/** Resolves when the stream took it, so that no more than a page waits in memory. */
function writeAll(stream: WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}
