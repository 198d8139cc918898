import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { createDeferred, type Json } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import { Scene } from "../testing/index.js";

const echo: Neuron = (input) => input;
const forever: Neuron = () => new Promise<never>(() => undefined);

function axon(neuronId: string, neuron: Neuron, capabilities: readonly string[] = []): Axon {
  return new Axon({ neuronId, neuron, capabilities });
}

describe("dispatchAndWait", () => {
  test("gives the output, who answered, which TASK, and the Signal", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("echo", echo)]);
    const asker = await scene.open("asker");

    const reply = await asker.dispatchAndWait({ neuron: "echo", input: { a: [1, null, "ö"] } });

    expect(reply).toMatchObject({ output: { a: [1, null, "ö"] }, neuronId: "echo", signal: { source: "echo" } });
    expect(reply.signal.parentId).toBe(reply.taskId);
    expect(reply.signal.body?.$case).toBe("agentOutput");
  });

  test("calls the Neuron with null and an empty context if nothing is given, and with what is given otherwise", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("both", (input, context) => [input, context])]);
    const asker = await scene.open("asker");

    expect((await asker.dispatchAndWait({ neuron: "both" })).output).toEqual([null, {}]);
    const task = { neuron: "both", input: "in", context: { user: "me" } };
    expect((await asker.dispatchAndWait(task)).output).toEqual(["in", { user: "me" }]);
  });

  test("tells the Neuron its task", async () => {
    await using scene = new Scene();
    const tell: Neuron = (_input, _context, { task }) => [task.id, task.traceId, task.neuronId, task.attempt];
    const left: Neuron = (_input, _context, { task }) => task.remainingMs();
    await scene.open("worker", [axon("tell", tell), axon("left", left)]);
    const asker = await scene.open("asker");

    const { output, signal, taskId } = await asker.dispatchAndWait({ neuron: "tell" });
    expect(output).toEqual([taskId, signal.traceId, "tell", 1]);
    expect((await asker.dispatchAndWait({ neuron: "left", timeoutMs: 1_234 })).output).toBe(1_234);
    expect((await asker.dispatchAndWait({ neuron: "left" })).output).toBe(60_000);
  });

  test("ends with UNROUTABLE at once, and names who is there", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("one", echo), axon("two", echo)]);
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "ghost" });

    await expect(answer).rejects.toMatchObject({
      code: "UNROUTABLE",
      retryable: true,
      detail: { available: ["one", "two"], effect: 1 },
    });
  });

  test("waits for a route if it is told to", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");
    const answer = asker.dispatchAndWait({ neuron: "late", input: 1, waitForRouteMs: 1_000 });
    await scene.open("worker", [axon("late", echo)]);

    expect((await answer).output).toBe(1);
  });

  test("goes to exactly one of many that are capable of all that is needed", async () => {
    await using scene = new Scene();
    const asked: string[] = [];
    const note = (name: string): Neuron => {
      return () => {
        asked.push(name);
        return name;
      };
    };
    await scene.open("worker", [
      axon("a", note("a"), ["read", "write"]),
      axon("b", note("b"), ["read", "write"]),
      axon("c", note("c"), ["read"]),
    ]);
    const asker = await scene.open("asker");

    for (let call = 0; call < 4; call += 1) await asker.dispatchAndWait({ capabilities: ["read", "write"] });

    expect(asked.sort()).toEqual(["a", "a", "b", "b"]);
  });

  test("shares work among replicas of one id", async () => {
    await using scene = new Scene();
    const answers = (name: string): Axon => new Axon({ neuronId: "same", neuron: (): Json => name, maxInFlight: 2 });
    await scene.open("first", [answers("first")]);
    await scene.open("second", [answers("second")]);
    const asker = await scene.open("asker");

    const replies = await Promise.all([1, 2, 3, 4].map(() => asker.dispatchAndWait({ neuron: "same" })));

    expect(replies.map(({ output }) => output).sort()).toEqual(["first", "first", "second", "second"]);
  });

  test("runs no more at once than maxInFlight, and ends with OVERLOADED when the queue is full", async () => {
    await using scene = new Scene({ addressQueue: 1 });
    const gate = createDeferred<Json>();
    let running = 0;
    const slow: Neuron = async () => {
      running += 1;
      return gate.promise;
    };
    await scene.open("worker", [new Axon({ neuronId: "slow", neuron: slow, maxInFlight: 2 })]);
    const asker = await scene.open("asker");

    const answers = [1, 2, 3].map(() => asker.dispatchAndWait({ neuron: "slow" }));
    const tooMuch = asker.dispatchAndWait({ neuron: "slow" });

    await expect(tooMuch).rejects.toMatchObject({ code: "OVERLOADED", retryable: true, detail: { effect: 1 } });
    await scene.fence();
    expect(running).toBe(2);
    gate.resolve("done");
    expect((await Promise.all(answers)).map(({ output }) => output)).toEqual(["done", "done", "done"]);
    expect(running).toBe(3);
  });

  test("rejects with what the Synapse refuses", async () => {
    await using scene = new Scene({ signalBytes: 10_000 });
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "echo", input: "x".repeat(10_000) });

    await expect(answer).rejects.toMatchObject({ code: "TOO_LARGE", detail: { effect: 1 } });
  });

  test("is refused to an observer", async () => {
    await using scene = new Scene();
    const watcher = await scene.open("watcher", [], { role: "observer" });

    await expect(watcher.dispatchAndWait({ neuron: "echo" })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });
});

describe("time", () => {
  test("passes for the task as for the caller: DEADLINE_EXCEEDED, effect unknown, and the abort of the Neuron fires", async () => {
    await using scene = new Scene();
    const aborted = createDeferred<unknown>();
    const listens: Neuron = (_input, _context, { abort }) => {
      abort.addEventListener("abort", () => aborted.resolve(abort.reason));
      return new Promise<never>(() => undefined);
    };
    await scene.open("worker", [axon("listens", listens)]);
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "listens", timeoutMs: 500 });
    await scene.fence();
    scene.clock.advance(499);
    scene.clock.advance(1);

    await expect(answer).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", detail: { effect: 2 } });
    expect(await aborted.promise).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  test("that is the caller's alone stops the task when it has passed", async () => {
    await using scene = new Scene();
    const aborted = createDeferred<unknown>();
    const listens: Neuron = (_input, _context, { abort }) => {
      abort.addEventListener("abort", () => aborted.resolve(abort.reason));
      return new Promise<never>(() => undefined);
    };
    await scene.open("worker", [axon("listens", listens)]);
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "listens", timeoutMs: 100, deadlineMs: 10_000 });
    await scene.fence();
    scene.clock.advance(100);

    await expect(answer).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await aborted.promise).toMatchObject({ code: "CANCELLED" });
  });

  test("that is the caller's alone is forgotten when the answer comes in it", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("echo", echo)]);
    const asker = await scene.open("asker");

    const { output } = await asker.dispatchAndWait({ neuron: "echo", input: 1, timeoutMs: 100, deadlineMs: 10_000 });

    expect(output).toBe(1);
  });

  test("of the task may be shorter than the caller's", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("forever", forever)]);
    const asker = await scene.open("asker");

    const answer = asker.dispatchAndWait({ neuron: "forever", timeoutMs: 10_000, deadlineMs: 100 });
    await scene.fence();
    scene.clock.advance(100);

    await expect(answer).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", detail: { requirement: "COS-TASK-005" } });
  });

  test("is the Synapse's to judge, until it stays silent for longer than the margin", async () => {
    await using scene = new Scene({ sessionGraceMs: 3_000 });
    const asker = await scene.open("asker");
    // A Synapse whose verdict is lost on the way.
    const pathway = asker.dispatch({ neuron: "nobody", waitForRouteMs: 1_000, deadlineMs: 1_000 });
    const outcome = pathway.outcome.catch((thrown: unknown) => thrown);
    scene.clock.advance(1_000 + 3_000);

    // Both verdicts are due before the fake clock lets anything be delivered; the asker's own stands.
    expect(await outcome).toMatchObject({ code: "OUTCOME_UNKNOWN", detail: { requirement: "COS-TASK-006" } });
  });
});
