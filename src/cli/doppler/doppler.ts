import { parseFilter, type Filter } from "../../doppler/index.js";
import { toCosmoError } from "../../errors/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import type { ExitCode } from "../core/exit-code.js";
import { joinSynapse } from "../core/join.js";
import { openLiveView, type ViewFlags } from "./live-view.js";
import { openRecording, readRecording } from "./recording-file.js";
import { Shower, tail, type ShowOptions, type TailSummary } from "./tail.js";

interface DopplerFlags extends ViewFlags {
  readonly filter?: string;
  readonly trace?: string;
  readonly count?: number;
  readonly out?: string;
  readonly summary?: true;
  readonly prism?: true;
}

type DopplerCall = Call<DopplerFlags>;

/** `cosmo doppler`. */
export async function run(call: DopplerCall): Promise<ExitCode | undefined> {
  const { options, output } = call;
  if (options.prism === true) return openLiveView(call);
  const filter = readFilter(call);
  const kept = options.out === undefined ? undefined : await openRecording(options.out);
  try {
    const { count } = options;
    const onRecord = kept?.write;
    const show: ShowOptions = {
      filter,
      output,
      ...(count === undefined ? {} : { count }),
      ...(onRecord === undefined ? {} : { onRecord }),
    };
    const summary = options.in === undefined ? await watch(call, show) : await replay(call, options.in, show);
    if (options.summary === true) await showSummary(call, summary);
    await output.endRecords();
  } finally {
    await kept?.close();
  }
  return undefined;
}

async function watch({ options, output, terminal, abort }: DopplerCall, show: ShowOptions): Promise<TailSummary> {
  const synapse = await joinSynapse(options, terminal, abort);
  try {
    output.note(`Watching ${options.namespace} on ${options.url}; Ctrl-C ends.`);
    return await tail({ ...show, synapse, namespaces: [options.namespace], abort });
  } finally {
    await synapse.close();
  }
}

async function replay({ terminal, abort }: DopplerCall, file: string, show: ShowOptions): Promise<TailSummary> {
  const shower = new Shower(show);
  for await (const record of readRecording(file, terminal.stdin)) {
    if (abort.aborted || (await shower.show(record))) break;
  }
  return shower.summary;
}

function readFilter({ args, options }: DopplerCall): Filter {
  const { filter = "", trace } = options;
  const ofTrace = trace === undefined ? "" : `trace:${trace}`;
  const parts = [filter, args.join(" "), ofTrace].filter((text) => text.trim() !== "").map(readPart);
  return { kind: "all", parts: parts.flat() };
}

/** A filter's parts, so that what the Synapse can be asked stays at the top. */
function readPart(text: string): readonly Filter[] {
  try {
    const filter = parseFilter(text);
    return filter.kind === "all" ? filter.parts : [filter];
  } catch (thrown) {
    const { message } = toCosmoError(thrown, "INVALID_ARGUMENT").detail;
    throw new CliError("INVALID_ARGUMENT", message, { exit: 2, field: "filter", hint: "See `cosmo doppler --help`." });
  }
}

async function showSummary({ output }: DopplerCall, { seen, missing, isUnsure }: TailSummary): Promise<void> {
  const more = isUnsure ? ", and an unknown number while the Synapse was lost" : "";
  const value = { kind: "end", seen, missing: missing.toString(), ...(isUnsure ? { unsure: true } : {}) };
  await output.record(value, () => `end: ${seen} seen, ${missing} missing${more}`);
}
