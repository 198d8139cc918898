import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseFilter, readRecord, writeRecord, type DopplerRecord, type Filter } from "../../doppler/index.js";
import { describeThrown, toCosmoError } from "../../errors/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import type { ExitCode } from "../core/exit-code.js";
import { joinSynapse } from "../core/join.js";
import { toJson } from "../core/output.js";
import { readJson } from "../core/read-json.js";
import { openLiveView } from "./live-view.js";
import { Shower, tail, type ShowOptions, type TailSummary } from "./tail.js";

interface DopplerFlags extends BusFlags {
  readonly filter?: string;
  readonly trace?: string;
  readonly count?: number;
  readonly out?: string;
  readonly in?: string;
  readonly summary?: true;
  readonly prism?: true;
}

type DopplerCall = Call<DopplerFlags>;

/** `cosmo doppler`. */
export async function run(call: DopplerCall): Promise<ExitCode | undefined> {
  const { options, output } = call;
  if (options.prism === true) return openLiveView();
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
  const input = file === "-" ? terminal.stdin : createReadStream(file);
  const what = file === "-" ? "stdin" : file;
  const shower = new Shower(show);
  const failed = new Promise<never>((_resolve, reject) => {
    input.once("error", (error: unknown) => reject(cannot("read", what, error)));
  });
  failed.catch(() => undefined);
  if (file !== "-") await Promise.race([once(input, "open").catch(() => failed), failed]);
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (abort.aborted) break;
    if (text.trim() !== "" && (await shower.show(readLine(text, `${what}:${line}`)))) break;
  }
  return shower.summary;
}

function readLine(text: string, where: string): DopplerRecord {
  const value = readJson(text, where);
  try {
    return readRecord(value);
  } catch (thrown) {
    const { message } = toCosmoError(thrown, "MALFORMED").detail;
    throw new CliError("MALFORMED", `${where}: ${message}`, {
      hint: "Give a file that `cosmo doppler --out` wrote; `cosmo validate` reads other Signals.",
      cause: thrown,
    });
  }
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

interface Recording {
  readonly write: (record: DopplerRecord) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openRecording(file: string): Promise<Recording> {
  const stream = createWriteStream(file);
  let failure: unknown;
  stream.on("error", (error) => {
    failure = error;
  });
  await once(stream, "open").catch((thrown: unknown) => {
    throw cannot("write", file, thrown);
  });
  return {
    write: async (record) => {
      if (failure !== undefined) throw cannot("write", file, failure);
      if (!stream.write(`${toJson(writeRecord(record))}\n`))
        await Promise.race([once(stream, "drain"), once(stream, "close")]);
    },
    close: async () => {
      stream.end();
      if (!stream.closed) await once(stream, "close");
    },
  };
}

function cannot(what: string, file: string, thrown: unknown): CliError {
  return new CliError("INVALID_ARGUMENT", `${file}: cannot ${what} it: ${describeThrown(thrown)}`, {
    hint: `Give the path of a file that can be ${what === "read" ? "read" : "written"}.`,
    cause: thrown,
  });
}

async function showSummary({ output }: DopplerCall, { seen, missing, isUnsure }: TailSummary): Promise<void> {
  const more = isUnsure ? ", and an unknown number while the Synapse was lost" : "";
  const value = { kind: "end", seen, missing: missing.toString(), ...(isUnsure ? { unsure: true } : {}) };
  await output.record(value, () => `end: ${seen} seen, ${missing} missing${more}`);
}
