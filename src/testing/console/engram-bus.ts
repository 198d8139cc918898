import { Dendrite } from "../../dendrite/index.js";
import type { Engram } from "../../engram/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import type { Synapse } from "../../synapse/index.js";
import { runCosmo, type CosmoRun, type RunCosmoOptions } from "./run-cosmo.js";

interface BusParts {
  readonly server: SynapseServer;
  readonly url: string;
  readonly synapse: Synapse;
  readonly dendrite: Dendrite;
}

/** A real Synapse on a free port, with Engrams in the namespace `demo`, for commands that ask them. */
export class EngramBus implements AsyncDisposable {
  readonly #parts: BusParts;

  private constructor(parts: BusParts) {
    this.#parts = parts;
  }

  /** Starts the Synapse, and hosts the Engrams there. */
  static async start(...engrams: readonly Engram[]): Promise<EngramBus> {
    const server = new SynapseServer({ port: 0 });
    const { url } = await server.start();
    const synapse = await connectSynapse(url);
    const dendrite = new Dendrite({ synapse, namespace: "demo", dendriteId: "host" });
    for (const engram of engrams) await dendrite.attachEngram(engram);
    await dendrite.start();
    return new EngramBus({ server, url, synapse, dendrite });
  }

  get url(): string {
    return this.#parts.url;
  }

  /** Hosts the Engrams, and may ask them. */
  get dendrite(): Dendrite {
    return this.#parts.dendrite;
  }

  /** Runs a command on this Synapse, in this process. */
  run(argv: readonly string[], options: RunCosmoOptions = {}): Promise<CosmoRun> {
    const at = argv.findIndex((word) => word.startsWith("-"));
    const words = at === -1 ? argv : argv.slice(0, at);
    return runCosmo([...words, "--url", this.url, "-n", "demo", ...argv.slice(words.length)], options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { dendrite, synapse, server } = this.#parts;
    await dendrite.close();
    await synapse.close();
    await server.close();
  }
}
