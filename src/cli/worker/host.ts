import { Dendrite } from "../../dendrite/index.js";
import type { Axon } from "../../axon/index.js";
import type { CosmoError } from "../../errors/index.js";
import { createDeferred, type Deferred } from "../../foundation/index.js";
import type { Call } from "../core/call.js";
import { CliError, describeFailure, renderFailure } from "../core/cli-error.js";
import { joinSynapse } from "../core/join.js";
import { whyOver } from "../core/why-over.js";
import { findNeurons } from "./find-neurons.js";
import { readBindings, type WorkerFlags } from "./flags.js";
import { loadModule } from "./load-module.js";
import { describeReady } from "./ready.js";
import { writeReadyFile } from "../core/ready-file.js";
import { tellTasks } from "./tell-tasks.js";

/** Hosts the Neurons of the files until the call is aborted, then lets running tasks end. */
export async function host(call: Call<WorkerFlags>): Promise<void> {
  const ended = createDeferred<undefined>();
  const stop = (): void => ended.resolve(undefined);
  call.abort.addEventListener("abort", stop, { once: true });
  const isSupervised = call.options.supervised === true;
  if (isSupervised) process.once("disconnect", stop);
  if (call.abort.aborted || (isSupervised && !process.connected)) stop();
  try {
    await hostUntil(call, ended);
  } finally {
    call.abort.removeEventListener("abort", stop);
    // Whoever listens to the process above keeps this one alive.
    process.removeListener("disconnect", stop);
    if (isSupervised && process.connected) process.disconnect();
  }
}

async function hostUntil(call: Call<WorkerFlags>, ended: Deferred<undefined>): Promise<void> {
  const { args, options, output, terminal, abort } = call;
  const axons = await loadAxons(args, options);
  await using synapse = await joinSynapse(options, terminal, abort);
  const { namespace, id } = options;
  const onError = (error: CosmoError): void => {
    output.note(renderFailure(describeFailure(error), "text"));
    // What can be mended is mended by the Dendrite itself.
    void whyOver(dendrite).then((why) => why !== undefined && ended.reject(why));
  };
  await using dendrite = new Dendrite({ synapse, namespace, onError, ...(id === undefined ? {} : { dendriteId: id }) });
  for (const axon of axons) await dendrite.attachAxon(options.quiet === true ? axon : tellTasks(axon, output));
  await dendrite.start();
  await tellReady(call, axons, dendrite.dendriteId);
  await ended.promise;
  if (options.supervised !== true && options.quiet !== true)
    output.note("Letting running tasks end; again to end now.");
  await dendrite.drain();
  await output.endRecords();
}

async function loadAxons(files: readonly string[], options: WorkerFlags): Promise<Axon[]> {
  const defaults = { engrams: readBindings(options.engram), maxInFlight: options.concurrency };
  const owners = new Map<string, string>();
  const axons: Axon[] = [];
  for (const file of files) {
    for (const axon of findNeurons(file, await loadModule(file), defaults)) {
      const before = owners.get(axon.neuronId);
      if (before !== undefined) {
        throw new CliError("INVALID_ARGUMENT", `'${before}' and '${file}' both export a Neuron '${axon.neuronId}'`, {
          field: "file",
          hint: "Rename one of them.",
        });
      }
      owners.set(axon.neuronId, file);
      axons.push(axon);
    }
  }
  return axons;
}

/** Says to people, to whoever waits for the file, and to the process above that the Neurons are there. */
async function tellReady({ options, output }: Call<WorkerFlags>, axons: readonly Axon[], id: string): Promise<void> {
  const { namespace, url, readyFile } = options;
  const neurons = axons.map(({ neuronId }) => neuronId);
  const value = { worker: id, namespace, url, neurons, pid: process.pid };
  if (readyFile !== undefined) writeReadyFile(readyFile, value);
  if (options.supervised === true) {
    if (process.connected) process.send?.(value);
    return;
  }
  await output.record(value, () => describeReady(value, output.colors.bold));
}
