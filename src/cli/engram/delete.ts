import { toCosmoError } from "../../errors/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import type { ExitCode } from "../core/exit-code.js";
import { askOne, type Asked } from "./ask.js";
import { confirm } from "./confirm.js";
import type { OneFlags, RemoveFlags } from "./flags.js";
import { inParallel } from "./in-parallel.js";
import { imprintText, resultToJson } from "./imprint-view.js";
import { pagesOf } from "./pages.js";
import { countOf, plainText } from "./plain-text.js";
import { showProgress } from "./progress.js";
import { readQueryFlags } from "./read-flags.js";

interface DeleteFlags extends OneFlags, RemoveFlags {
  readonly ifVersion?: number;
  readonly imprintId?: string;
}

/** `cosmo engram delete`: what is named by an id or a key, or after a question all that match. */
export async function run(call: Call<DeleteFlags>): Promise<ExitCode> {
  const { options } = call;
  const { id, mergeKey, tag, text, where, since, until } = options;
  const hasFilter = [text, where, since, until].some((flag) => flag !== undefined) || tag.length > 0;
  if (!hasFilter && options.dryRun !== true && (id.length === 1 || (mergeKey !== undefined && id.length === 0))) {
    return deletePlace(call);
  }
  if (!hasFilter && id.length === 0 && mergeKey === undefined) {
    throw new CliError("INVALID_ARGUMENT", "nothing says what to delete", {
      hint: "Give --merge-key, --id or a filter; `cosmo engram forget` purges a whole store.",
    });
  }
  if (options.ifVersion !== undefined || options.imprintId !== undefined) {
    throw new CliError("INVALID_ARGUMENT", "--if-version and --imprint-id are for one place, not for a filter", {
      hint: "Give --merge-key or one --id, and no filter.",
    });
  }
  return deleteMatching(call);
}

async function deletePlace(call: Call<DeleteFlags>): Promise<ExitCode> {
  const { id, mergeKey, ifVersion, imprintId } = call.options;
  const [only] = id;
  const done = await askOne(call, ({ dendrite, engramId, timeoutMs, abort }) =>
    dendrite.imprint(
      { directedId: engramId },
      {
        op: "delete",
        deadlineMs: timeoutMs,
        abort,
        ...(only === undefined ? {} : { id: only }),
        ...(mergeKey === undefined ? {} : { mergeKey }),
        ...(ifVersion === undefined ? {} : { ifVersion }),
        ...(imprintId === undefined ? {} : { imprintId }),
      },
    ),
  );
  await call.output.result(resultToJson(done), () => imprintText("delete", done, call.output));
  return 0;
}

interface Match {
  readonly id: string;
  readonly version: number;
}

interface Deleted {
  readonly matched: number;
  readonly deleted: number;
  /** Changed after they were found, so not deleted. */
  readonly conflicts: number;
}

async function deleteMatching(call: Call<DeleteFlags>): Promise<ExitCode> {
  const { options, output, terminal } = call;
  const query = await readQueryFlags(options, terminal.stdin);
  const done = await askOne(call, async (asked): Promise<Deleted> => {
    const matches: Match[] = [];
    for await (const hits of pagesOf(asked, query)) matches.push(...hits.map(({ id, version }) => ({ id, version })));
    const nothing = { matched: matches.length, deleted: 0, conflicts: 0 };
    if (options.dryRun === true || matches.length === 0) return nothing;
    if (!(await confirm(call, `Delete ${countOf(matches.length)} of ${plainText(asked.engramId)}?`))) return nothing;
    return deleteAll(call, asked, matches);
  });
  const { matched, deleted, conflicts } = done;
  await output.result({ engram_id: options.engram, dry_run: options.dryRun === true, ...done }, () =>
    options.dryRun === true
      ? `would delete ${countOf(matched)} of ${options.engram}`
      : `deleted ${deleted} of ${countOf(matched)} of ${options.engram}`,
  );
  if (conflicts === 0) return 0;
  output.note(`cosmo: ${countOf(conflicts)} changed after being found, and still there`);
  return 7;
}

async function deleteAll(
  { terminal }: Call<DeleteFlags>,
  { dendrite, engramId, timeoutMs, abort }: Asked,
  matches: readonly Match[],
): Promise<Deleted> {
  using progress = showProgress(terminal, "deleting", matches.length);
  let deleted = 0;
  let conflicts = 0;
  await inParallel(matches, async ({ id, version }) => {
    try {
      await dendrite.imprint(
        { directedId: engramId },
        { op: "delete", id, ifVersion: version, deadlineMs: timeoutMs, abort },
      );
      deleted += 1;
    } catch (thrown) {
      if (toCosmoError(thrown, "INTERNAL").code !== "VERSION_CONFLICT") throw thrown;
      conflicts += 1;
    }
    progress.update(deleted + conflicts);
  });
  return { matched: matches.length, deleted, conflicts };
}
