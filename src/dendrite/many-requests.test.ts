import { expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { nextTurn } from "../foundation/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import { Dendrite } from "./index.js";

test("a Neuron may ask many at once without a word from the runtime", async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on("warning", note);
  await using synapse = new MemorySynapse();
  await using worker = new Dendrite({ synapse, namespace: "test", dendriteId: "worker" });
  await worker.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input, maxInFlight: 64 }));
  await worker.attachAxon(
    new Axon({
      neuronId: "boss",
      neuron: async (_input, _context, { dispatch }) => {
        const tasks = Array.from({ length: 40 }, (_one, index) => dispatch<number>({ neuron: "echo", input: index }));
        return (await Promise.all(tasks)).map(({ output }) => output);
      },
    }),
  );
  await worker.start();

  const { output } = await worker.dispatchAndWait<number[]>({ neuron: "boss" });
  // Node speaks of it in a later turn.
  await new Promise<void>(nextTurn);

  process.off("warning", note);
  expect(output).toHaveLength(40);
  expect(warnings).toEqual([]);
});
