import { expect, test } from "vitest";
import { Axon, Dendrite, InMemoryEngram, MemorySynapse } from "../index.js";
import { createLibrarian, type CitedAnswer } from "./librarian.js";

test("the librarian finds in the specification what is asked in other words", { timeout: 30_000 }, async () => {
  await using synapse = new MemorySynapse();
  await using dendrite = await new Dendrite({ synapse, namespace: "test" }).start();
  await dendrite.attachEngram(new InMemoryEngram({ engramId: "shelf", engramKind: "text" }));
  const engrams = [{ name: "shelf", directedId: "shelf", defaultDeadlineMs: 20_000 }];
  await dendrite.attachAxon(new Axon({ neuronId: "librarian", neuron: createLibrarian("proto"), engrams }));
  const asked = [
    ["which op fails if the entry exists?", "COS-OP-001"],
    ["how long may a timeout be?", "COS-ENV-018"],
    ["in which order are hits?", "COS-RCL-016"],
    ["what if a Neuron throws?", "COS-TASK-015"],
    ["what if a Neuron throws", "COS-TASK-015"],
  ];
  for (const [question = "", requirement] of asked) {
    const task = { neuron: "librarian", input: { question } };
    const { output } = await dendrite.dispatchAndWait<CitedAnswer>(task);
    expect([output.source, output.passages.length]).toEqual(["computed", 3]);
    expect(output.passages[0]?.text).toContain(`**${requirement}**`);
    const { output: again } = await dendrite.dispatchAndWait<CitedAnswer>(task);
    expect(again).toEqual({ ...output, source: "cache" });
  }
});
