import { spawn } from "node:child_process";
import { Tap, type DopplerRecord } from "../../doppler/index.js";
import { PrismServer } from "../../prism/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import type { Call } from "../core/call.js";
import { joinSynapse } from "../core/join.js";
import { explainPort } from "../core/port-owner.js";
import { readPackageVersion } from "../core/package-version.js";
import { removeReadyFile, writeReadyFile } from "../core/ready-file.js";
import { untilAborted } from "../core/until-aborted.js";
import { readRecording } from "./recording-file.js";

/** The flags of the live view. */
export interface ViewFlags extends BusFlags {
  readonly in?: string;
  readonly host?: string;
  readonly port: number;
  readonly open: boolean;
  readonly redact?: boolean;
  readonly readyFile?: string;
}

type ViewCall = Call<ViewFlags>;

/** Serves the live view until it is interrupted: of a Synapse, or of a recording. */
export async function openLiveView(call: ViewCall): Promise<undefined> {
  const { options, terminal, abort } = call;
  if (options.in !== undefined) {
    const records = await begun(readRecording(options.in, terminal.stdin));
    await serve(call, { records, source: options.in === "-" ? "stdin" : options.in, isLive: false });
    return undefined;
  }
  await using synapse = await joinSynapse(options, terminal, abort);
  const records = await begun(new Tap({ synapse, namespace: options.namespace, abort }));
  await serve(call, { records, source: options.url, isLive: true });
  return undefined;
}

/** The same records, of which the first is there: what is wrong with their source is said before anything is served. */
async function begun(records: AsyncIterable<DopplerRecord>): Promise<AsyncIterable<DopplerRecord>> {
  const iterator = records[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* all(): AsyncGenerator<DopplerRecord, void, void> {
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
  }
  return all();
}

interface Shown {
  readonly records: AsyncIterable<DopplerRecord>;
  readonly source: string;
  readonly isLive: boolean;
}

async function serve({ options, output, terminal, abort }: ViewCall, shown: Shown): Promise<void> {
  const { namespace, port, host, redact = true, readyFile } = options;
  const version = readPackageVersion();
  await using prism = new PrismServer({
    ...shown,
    namespace,
    port,
    redact,
    version,
    ...(host === undefined ? {} : { host }),
  });
  const { url, port: listening } = await prism.start().catch(async (thrown: unknown) => {
    throw await explainPort(thrown, { host: host ?? "127.0.0.1", port });
  });
  try {
    if (readyFile !== undefined) writeReadyFile(readyFile, { url, pid: process.pid });
    await output.result({ url, namespace, source: shown.source, port: listening, pid: process.pid }, () =>
      [
        `Prism shows ${namespace} on ${shown.source}`,
        `  open       ${url}`,
        "  once       the link works for one page; Ctrl-C ends",
      ].join("\n"),
    );
    if (options.open && terminal.isInteractive) openBrowser(url);
    const failure = prism.ended().then((error) => {
      if (error !== undefined) throw error;
    });
    // A recording that is at its end is still looked at.
    await Promise.race([untilAborted(abort), failure.then(() => untilAborted(abort))]);
  } finally {
    if (readyFile !== undefined) removeReadyFile(readyFile);
  }
}

/** Opens a browser as the platform does; that there is none is no failure, since the link is on the screen. */
function openBrowser(url: string): void {
  const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
    darwin: ["open"],
    win32: ["rundll32", "url.dll,FileProtocolHandler"],
  };
  const [program, ...before] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...before, url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
