// What a program sees where the API of OpenTelemetry is not installed.
import { expect, test, vi } from "vitest";
import { Axon } from "../axon/index.js";
import { Scene } from "../testing/index.js";
import { loadTracing } from "../telemetry/index.js";

const looked = vi.hoisted(() => ({ times: 0 }));

vi.mock("@opentelemetry/api", () => {
  looked.times += 1;
  throw new Error("Cannot find package '@opentelemetry/api'");
});

test("without its API, it is looked for once, and what came with a request still goes on (COS-ENV-033)", async () => {
  await using scene = new Scene();
  const [peer, watcher] = [await scene.peer("foreign"), await scene.peer("watcher")];
  await watcher.observe({ types: [17] });
  const asks = new Axon({
    neuronId: "asks",
    neuron: async (_input, _context, { dispatch }) => (await dispatch({ neuron: "echo" })).output,
  });
  await scene.open("first", [asks]);
  await scene.open("second", [new Axon({ neuronId: "echo", neuron: (input) => input })]);

  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await peer.send({
    traceId: peer.ids.traceId(),
    directed: { id: "asks", type: "", capabilities: [], fanout: 1 },
    traceparent,
    tracestate: "vendor=1",
    body: { $case: "task", value: { input: undefined, context: undefined } },
  });
  await peer.nextReply("agentOutput");

  const below = await watcher.next(({ signal }) => signal.body?.$case === "task" && signal.parentId !== "");
  expect(below.signal).toMatchObject({ traceparent, tracestate: "vendor=1" });
  expect([await loadTracing(), looked.times]).toEqual([undefined, 1]);
});
