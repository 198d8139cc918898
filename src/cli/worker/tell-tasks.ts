import { performance } from "node:perf_hooks";
import type { Axon, AxonHost, ReplyDraft } from "../../axon/index.js";
import type { AnyAxon } from "../../dendrite/index.js";
import { errorName } from "../../errors/index.js";
import type { Output } from "../core/output.js";
import type { Signal } from "../../../gen/cosmonapse/v1/signal.js";

/** An Axon that says a line on stderr for each task that it ended. */
export function tellTasks(axon: Axon, output: Output): AnyAxon {
  const handle = async (request: Signal, host: AxonHost): Promise<ReplyDraft> => {
    const began = performance.now();
    const draft = await axon.handle(request, host);
    output.note(describeTask(axon.neuronId, draft, { request, host, tookMs: performance.now() - began, output }));
    return draft;
  };
  return { neuronId: axon.neuronId, registration: axon.registration, handle };
}

interface Told {
  readonly request: Signal;
  readonly host: AxonHost;
  readonly tookMs: number;
  readonly output: Output;
}

function describeTask(neuronId: string, draft: ReplyDraft, { request, host, tookMs, output }: Told): string {
  const { green, red, yellow, dim } = output.colors;
  const at = new Date().toISOString().slice(11, 23);
  const time = `${tookMs.toFixed(1)} ms`.padStart(11);
  const line = (word: string): string =>
    `${dim(at)}  ${neuronId.padEnd(16)}  ${word}  ${time}  ${dim(request.traceId)}`;
  if (host.abort.aborted) return line(yellow("stopped"));
  if (draft.$case === "agentOutput") return line(green("ok     "));
  return `${line(red("failed "))}  [${errorName(draft.detail.code)}] ${draft.detail.message.split("\n")[0] ?? ""}`;
}
