import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import type { Content } from "../../gen/cosmonapse/v1/task.js";
import { errorName } from "../errors/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import { FakeClock, Peer, type PeerDraft } from "../testing/index.js";
import { Dendrite } from "./index.js";

/** Sends what no SDK of ours would send to a Neuron, and gives the code of the answer. */
async function codeOf(body: PeerDraft["body"]): Promise<string> {
  const clock = new FakeClock();
  const synapse = new MemorySynapse({ clock });
  const worker = new Dendrite({ synapse, namespace: "test", dendriteId: "worker", clock });
  await worker.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input }));
  await worker.start();
  const peer = await Peer.open({ synapse, clock, dendriteId: "peer" });

  await peer.send({
    traceId: peer.ids.traceId(),
    directed: { id: "echo", type: "", capabilities: [], fanout: 1 },
    body,
  });
  const { signal } = await peer.nextReply("error");

  await worker.close();
  await synapse.close();
  return errorName((signal.body?.$case === "error" && signal.body.value.detail?.code) || 0);
}

function content(bytes: readonly number[], mediaType = ""): Content {
  return { mediaType, data: new Uint8Array(bytes), schema: "" };
}

describe("a request that a Neuron cannot read is answered with a typed error", () => {
  test.each([
    ["bad JSON", content([123]), undefined],
    ["bad UTF-8", content([34, 255, 34]), undefined],
    ["another media type", content([49], "image/png"), undefined],
    ["a context that is no object", undefined, content([49])],
    ["a context that is no JSON", undefined, content([])],
  ])("%s: INVALID_INPUT", async (_what, input, context) => {
    expect(await codeOf({ $case: "task", value: { input, context } })).toBe("INVALID_INPUT");
  });
});
