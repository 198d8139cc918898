import { expect, test } from "vitest";
import { Axon, Dendrite, InMemoryEngram, MemorySynapse } from "../index.js";
import { researcher, type Answer } from "./researcher.js";

test("the researcher answers no question with the cache of another", async () => {
  await using synapse = new MemorySynapse();
  await using dendrite = await new Dendrite({ synapse, namespace: "test" }).start();
  await dendrite.attachEngram(new InMemoryEngram({ engramId: "ctx", engramKind: "context" }));
  const engrams = [{ name: "ctx", directedId: "ctx" }];
  await dendrite.attachAxon(new Axon({ neuronId: "researcher", neuron: researcher, engrams }));
  const alike = "why ".repeat(300);
  const questions = [
    "what is the meaning of life?",
    "what is life?",
    "is life what",
    "What is life?",
    "what is the meaning of life",
    `${alike}this`,
    `${alike}that`,
  ];
  for (const question of questions) {
    const ask = { neuron: "researcher", input: { question } };
    const { output } = await dendrite.dispatchAndWait<Answer>(ask);
    expect(output).toEqual({ answer: `Answer to '${question}': 42`, source: "computed" });
    const { output: again } = await dendrite.dispatchAndWait<Answer>(ask);
    expect(again).toEqual({ answer: output.answer, source: "cache" });
  }
});
