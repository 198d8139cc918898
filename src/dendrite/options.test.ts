import { describe, expect, expectTypeOf, test } from "vitest";
import { Axon, type AxonOptions, type EngramBinding } from "../axon/index.js";
import type { Json, JsonObject } from "../foundation/index.js";
import type { Neuron, NeuronTools, TaskHandle } from "../neuron/index.js";
import type { Pathway, Reply } from "../pathway/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import { Scene } from "../testing/index.js";
import { Dendrite, type Dispatch, type DendriteOptions } from "./index.js";

/** What untyped code may give: the compiler would refuse it. */
function untyped<T>(value: unknown): T {
  return value as T;
}

const neuron: Neuron = (input) => input;

describe("an Axon refuses what no Synapse would accept, and says what to do", () => {
  test.each<[string, Partial<Record<keyof AxonOptions<Json, Json>, unknown>>, RegExp]>([
    ["no neuronId", { neuronId: undefined }, /neuronId: 'undefined' is no name/],
    ["a neuronId that is no name", { neuronId: "no name" }, /neuronId: 'no name' is no name: \[A-Za-z0-9_-\]/],
    ["the id of the Synapse", { neuronId: "synapse" }, /choose another id/],
    ["a neuron that is no function", { neuron: { run: 1 } }, /it is a function: async \(input, context, tools\)/],
    ["a capability that is no name", { capabilities: ["a b"] }, /capabilities: 'a b' is no name/],
    ["too many capabilities", { capabilities: Array.from({ length: 65 }, (_, n) => `c${n}`) }, /at most 64/],
    ["a kind that is no name", { kind: "" }, /kind: '' is no name/],
    ["no slots", { maxInFlight: 0 }, /maxInFlight is a whole number from 1 to 65536, not 0/],
    ["half a slot", { maxInFlight: 1.5 }, /not 1.5/],
    ["a long version", { version: "é".repeat(33) }, /version: it is at most 64 bytes/],
  ])("%s", (_what, options, message) => {
    expect(() => new Axon(untyped<AxonOptions<Json, Json>>({ neuronId: "a", neuron, ...options }))).toThrow(message);
    expect(() => new Axon(untyped<AxonOptions<Json, Json>>({ neuronId: "a", neuron, ...options }))).toThrow(
      /^\[INVALID_ARGUMENT\]/,
    );
  });

  test("an option that nobody reads, with the one that was meant", () => {
    expect(() => new Axon(untyped<AxonOptions<Json, Json>>({ neuronId: "a", neuron, max_in_flight: 1 }))).toThrow(
      /did you mean maxInFlight\?/,
    );
    expect(() => new Axon(untyped<AxonOptions<Json, Json>>({ neuronId: "a", neuronFn: neuron }))).toThrow(
      /it can have neuronId, neuron, /,
    );
  });

  test.each<[string, Partial<Record<keyof EngramBinding, unknown>> & { default_recall_mode?: string }, RegExp]>([
    ["without a name", { name: "" }, /needs a name/],
    ["without an address", { directedId: undefined }, /either directedId, for one Engram, or directedType/],
    ["with two addresses", { directedType: "b" }, /either directedId/],
    ["to no name", { directedId: "a b" }, /leads to 'a b'/],
    ["with an unknown mode", { defaultRecallMode: "best" }, /first, merge or all, not best/],
    ["without time", { defaultDeadlineMs: 0 }, /defaultDeadlineMs is a whole number from 1/],
    ["with an unknown part", { default_recall_mode: "all" }, /did you mean defaultRecallMode\?/],
  ])("a binding %s", (_what, parts, message) => {
    const engrams = untyped<EngramBinding[]>([{ name: "a", directedId: "a", ...parts }]);
    expect(() => new Axon({ neuronId: "a", neuron, engrams })).toThrow(message);
  });

  test("two bindings of one name", () => {
    const engrams = ["x", "y"].map((directedId) => ({ name: "a", directedId }));
    expect(() => new Axon({ neuronId: "a", neuron, engrams })).toThrow(/two bindings named 'a'; rename one/);
  });

  test("but takes what is exactly at a limit", () => {
    const capabilities = Array.from({ length: 64 }, (_, n) => `c${n}`);
    const axon = new Axon({ neuronId: "a".repeat(64), neuron, capabilities, version: "é".repeat(32), maxInFlight: 1 });
    expect(axon.registration).toMatchObject({ capabilities, maxInFlight: 1 });
    expect(new Axon({ neuronId: "a", neuron, capabilities: ["x", "x"] }).registration.capabilities).toEqual(["x"]);
  });
});

describe("a Dendrite refuses", () => {
  test.each<[string, Partial<Record<keyof DendriteOptions, unknown>> & { dendrite_id?: string }, RegExp]>([
    ["a namespace that is no name", { namespace: "a/b" }, /namespace: 'a\/b' is no name/],
    ["no namespace", { namespace: undefined }, /namespace/],
    ["a dendriteId that is no name", { dendriteId: "" }, /dendriteId: '' is no name/],
    ["the id of the Synapse", { dendriteId: "synapse" }, /choose another id/],
    ["a tracer for tracing", { tracing: {} }, /tracing: give true or false/],
    ["an unknown role", { role: "boss" }, /role: 'boss' is none of worker, orchestrator, observer/],
    ["no Synapse", { synapse: undefined }, /new MemorySynapse\(\)/],
    ["an unknown option", { dendrite_id: "a" }, /did you mean dendriteId\?/],
  ])("%s", (_what, options, message) => {
    const given = untyped<DendriteOptions>({ synapse: new MemorySynapse(), namespace: "test", ...options });
    expect(() => new Dendrite(given)).toThrow(message);
    expect(() => new Dendrite(given)).toThrow(/^\[INVALID_ARGUMENT\]/);
  });
});

describe("dispatch refuses, before anything is sent", () => {
  test.each<[string, Partial<Record<keyof Dispatch, unknown>> & { timeout_ms?: number }, RegExp]>([
    ["a task for nobody", { neuron: undefined }, /names its neuron, or the capabilities/],
    ["a task for no name", { neuron: "a b" }, /'a b' is no id/],
    ["a capability that is no name", { capabilities: [""] }, /'' is no id and no capability/],
    ["no time", { deadlineMs: 0 }, /deadlineMs is a whole number from 1 to 3600000, not 0/],
    ["more than an hour", { deadlineMs: 3_600_001 }, /not 3600001/],
    ["a time that is no number", { deadlineMs: Number.NaN }, /not NaN/],
    ["a negative wait", { waitForRouteMs: -1 }, /waitForRouteMs is a whole number from 0/],
    ["too many attempts", { maxAttempts: 11 }, /maxAttempts is a whole number from 1 to 10/],
    ["a context that is a list", { context: [] }, /context: it is an object/],
    ["annotations that are no strings", { meta: { tokens: 1 } }, /meta: the value of 'tokens' is no string/],
    ["input that is no JSON", { input: { a: 1n } }, /\[INVALID_INPUT\] 'a' is a bigint/],
    ["an unknown option", { timeout_ms: 1 }, /has an unknown part "timeout_ms"/],
  ])("%s", async (_what, task, message) => {
    await using scene = new Scene();
    const asker = await scene.open("asker");
    const given = untyped<Dispatch>({ neuron: "a", ...task });

    expect(() => asker.dispatch(given)).toThrow(message);
    await expect(asker.dispatchAndWait(given)).rejects.toThrow(message);
  });

  test("a caller's time that is none", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");

    for (const timeoutMs of [0, -1, 1.5, Infinity]) {
      await expect(asker.dispatchAndWait({ neuron: "a", timeoutMs })).rejects.toThrow(/timeoutMs is a whole number/);
    }
  });

  test("an Engram without an address, and an observation of an unknown type", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");

    await expect(asker.recall({})).rejects.toThrow(/either directedId or directedType/);
    await expect(asker.recall({ directedId: "a", directedType: "b" })).rejects.toThrow(/either/);
    await expect(asker.imprint({ directedId: "a b" }, { op: "add", entry: {} })).rejects.toThrow(/'a b' is no id/);
    await expect(asker.recall({ directedId: "a" }, { deadlineMs: 0 })).rejects.toThrow(/deadlineMs/);
    expect(() => asker.observe({ types: untyped(["TASKS"]) })).toThrow(
      /'TASKS' is no type of Signal; there are REGISTER/,
    );
    expect(() => asker.observe(untyped({ trace_ids: [] }))).toThrow(/did you mean traceIds\?/);
  });
});

test("types follow from the Neuron, and from what a caller claims", () => {
  interface Question {
    readonly question: string;
  }
  interface Answer {
    readonly answer: string;
  }
  const typed: Neuron<Question, Answer> = ({ question }, context, tools) => {
    expectTypeOf(question).toEqualTypeOf<string>();
    expectTypeOf(context).toEqualTypeOf<JsonObject>();
    expectTypeOf(tools).toEqualTypeOf<NeuronTools<Answer>>();
    expectTypeOf(tools.emit).parameter(0).toEqualTypeOf<Answer>();
    expectTypeOf(tools.dispatch<number>).returns.toEqualTypeOf<TaskHandle<number>>();
    return { answer: question };
  };
  const axon = new Axon({ neuronId: "typed", neuron: typed });
  expectTypeOf(axon).toEqualTypeOf<Axon<Question, Answer>>();
  expectTypeOf<Dendrite["attachAxon"]>().toBeCallableWith(axon);
  const asker = new Dendrite({ synapse: new MemorySynapse(), namespace: "test" });
  expectTypeOf(asker.dispatch<Answer>).returns.toEqualTypeOf<Pathway<Answer>>();
  expectTypeOf(asker.dispatchAndWait<Answer>).returns.resolves.toEqualTypeOf<Reply<Answer>>();
  expectTypeOf(asker.dispatch<Answer>).returns.resolves.toEqualTypeOf<Reply<Answer>>();
  expect(axon.neuronId).toBe("typed");
});
