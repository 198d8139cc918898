import { describe, test } from "vitest";
import { FakeClock, runSynapseCase, synapseCases } from "../../testing/index.js";
import { MemorySynapse } from "./index.js";

describe("MemorySynapse keeps the contract of every Synapse", () => {
  for (const one of synapseCases) {
    test(one.name, async () => {
      const driver = {
        open: (options: ConstructorParameters<typeof MemorySynapse>[0]) => Promise.resolve(new MemorySynapse(options)),
      };
      await runSynapseCase(one, driver, new FakeClock());
    });
  }
});
