// What a Dendrite sees of a Synapse on the network that goes away and comes back.
import { expect, test } from "vitest";
import { Effect } from "../../../gen/cosmonapse/v1/options.js";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { createDeferred } from "../../foundation/index.js";
import { connectSynapse, SynapseServer } from "../../synapse/grpc/index.js";

test("a Synapse that is restarted ends what was in flight, and its Dendrites register again by themselves", async () => {
  const first = new SynapseServer({ port: 0 });
  const { url, port } = await first.start();
  await using synapse = await connectSynapse(url);
  const begun = createDeferred<void>();
  const neuron = new Axon({
    neuronId: "echo",
    neuron: (input) => {
      if (input !== "wait") return input;
      begun.resolve();
      return new Promise<null>(() => undefined);
    },
  });
  await using worker = new Dendrite({ synapse, namespace: "demo", dendriteId: "worker" });
  await using asker = new Dendrite({ synapse, namespace: "demo", dendriteId: "asker" });
  await worker.attachAxon(neuron);
  await worker.start();
  await asker.start();
  const pending = asker.dispatchAndWait({ neuron: "echo", input: "wait" });
  await begun.promise;

  const [outcome] = await Promise.allSettled([pending, first.close()]);
  expect(outcome).toMatchObject({ reason: { code: "OUTCOME_UNKNOWN", detail: { effect: Effect.UNKNOWN } } });
  await using second = new SynapseServer({ port });
  await second.start();

  // As a caller would who is told that another attempt can help.
  const ask = async (): Promise<unknown> => {
    for (;;) {
      try {
        return (await asker.dispatchAndWait({ neuron: "echo", input: "again" })).output;
      } catch (thrown) {
        expect(thrown).toMatchObject({ retryable: true });
        await new Promise(setImmediate);
      }
    }
  };
  expect(await ask()).toBe("again");
});
