import { describe, test } from "vitest";
import { FakeClock, runSynapseCase, synapseCases, type SynapseDriver } from "../../testing/index.js";
import type { Synapse } from "../index.js";
import { GrpcSynapse, SynapseServer } from "./index.js";

/** A server of its own for each case, and a client that reaches it over a socket. */
const driver: SynapseDriver = {
  async open(options): Promise<Synapse> {
    const server = new SynapseServer({ port: 0, ...options });
    const { url } = await server.start();
    const client = new GrpcSynapse(url);
    const close = async (): Promise<void> => {
      await client.close();
      await server.close();
    };
    return {
      connect: (how) => client.connect(how),
      open: (request, receiver) => client.open(request, receiver),
      drain: () => server.drain(),
      close,
      [Symbol.asyncDispose]: close,
    };
  },
};

describe("GrpcSynapse keeps the contract of every Synapse", () => {
  for (const one of synapseCases) {
    test(one.name, async () => {
      await runSynapseCase(one, driver, new FakeClock());
    });
  }
});
