import { afterEach, describe, expect, test } from "vitest";
import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { systemClock } from "../../foundation/index.js";
import { Peer } from "../../testing/index.js";
import { GrpcSynapse, SynapseOperator, SynapseServer } from "./index.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start() {
  const server = new SynapseServer({ port: 0 });
  closing.push(() => server.close());
  const { url } = await server.start();
  const synapse = new GrpcSynapse(url);
  closing.push(() => synapse.close());
  const operator = new SynapseOperator(url);
  closing.push(() => operator.close());
  const peer = await Peer.open({ synapse, clock: systemClock, dendriteId: "host", namespace: "demo" });
  return { server, url, operator, peer };
}

describe("a SynapseOperator", () => {
  test("sees namespaces, participants and requests, and stops a namespace", async () => {
    const { operator, peer } = await start();
    await peer.registerNeuron("thinker");
    expect(await operator.namespaces()).toMatchObject([{ namespace: "demo", participants: 1 }]);
    expect(await operator.participants("demo")).toMatchObject([{ dendriteId: "host" }]);
    const address = { id: "nobody", type: "", capabilities: [], fanout: Fanout.ONE };
    expect(await operator.participants("demo", { address })).toEqual([]);
    expect(await operator.requests("demo")).toMatchObject({ requests: [], total: 0 });
    expect(await operator.stopNamespace("demo", { endSessions: true })).toMatchObject({ sessions: 1 });
  });

  test("is told in typed errors what is wrong", async () => {
    expect(() => new SynapseOperator("nowhere")).toThrow("INVALID_ARGUMENT");
    const nobody = new SynapseOperator("cosmo://127.0.0.1:1", { timeoutMs: 2_000 });
    closing.push(() => nobody.close());
    await expect(nobody.namespaces()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      detail: { message: expect.stringContaining("No Synapse answers at cosmo://127.0.0.1:1") },
    });
    const { operator } = await start();
    const abort = new AbortController();
    const asked = operator.namespaces({ abort: abort.signal });
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(operator.namespaces({ abort: abort.signal })).rejects.toMatchObject({ code: "CANCELLED" });
    operator.close();
    operator.close();
    await expect(operator.namespaces()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("the bus of a server for its own process", () => {
  test("is the same one, and closes its own sessions only", async () => {
    const { server, peer, operator } = await start();
    await peer.registerNeuron("thinker");
    const local = server.local();
    await local.connect();
    const watcher = await Peer.open({ synapse: local, clock: systemClock, dendriteId: "local", namespace: "demo" });
    await watcher.observe();
    expect(await operator.namespaces()).toMatchObject([{ sessions: 2 }]);
    await local.close();
    expect(await operator.namespaces()).toMatchObject([{ sessions: 1, participants: 1 }]);
  });
});
