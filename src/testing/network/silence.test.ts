// Connections that carry nothing any more, and of which nobody says that they ended: each side notices by itself.
import { afterEach, expect, test } from "vitest";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { systemClock } from "../../foundation/index.js";
import { GrpcSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import { Dice, Peer, type Delivered } from "../index.js";
import { FaultProxy } from "./fault-proxy.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A worker behind a proxy that holds a request, its replica, and who asked. */
async function start(limits: Partial<Limits>) {
  const server = new SynapseServer({ port: 0, limits });
  closing.push(() => server.close());
  const { port } = await server.start();
  const proxy = await FaultProxy.start({ target: port, dice: new Dice(1), everyBytes: 2 ** 30 });
  closing.push(() => proxy.close());
  const join = async (dendriteId: string, through: number): Promise<Peer> => {
    const synapse = new GrpcSynapse(`cosmo://127.0.0.1:${through}`);
    closing.push(() => synapse.close());
    const peer = await Peer.open({ synapse, clock: systemClock, dendriteId, namespace: "demo" });
    return peer;
  };
  const worker = await join("worker", proxy.port);
  const [replica, asker] = [await join("replica", port), await join("asker", port)];
  await worker.registerNeuron("thinker", { retrySafe: true });
  await asker.send({
    traceId: asker.ids.traceId(),
    directed: { id: "thinker", type: "", capabilities: [], fanout: Fanout.ONE },
    body: { $case: "task", value: { input: undefined, context: undefined } },
  });
  return { proxy, worker, replica, asker, work: await worker.nextWork() };
}

const answer = ({ signal }: Delivered) => ({
  source: "thinker",
  traceId: signal.traceId,
  parentId: signal.id,
  exchange: Exchange.REPLY,
  body: { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } } as const,
});

test("a peer leaves a silent connection within ten seconds, and its session goes on over another", async () => {
  const { proxy, worker, asker, work } = await start({ heartbeatMs: 3_600_000, sessionGraceMs: 60_000 });
  proxy.silence();
  const silentMs = performance.now();
  const receipt = worker.publish(worker.make(answer(work)), work.note.attempt);

  expect((await asker.nextReply("agentOutput")).note.attempt).toBe(1);
  expect((await receipt).rejection).toBeUndefined();
  expect(performance.now() - silentMs).toBeLessThan(15_000);
}, 30_000);

test("a Synapse gives up a peer that is silent for two heartbeats and the grace, and its replica answers", async () => {
  const { proxy, worker, replica, asker, work } = await start({ heartbeatMs: 200, sessionGraceMs: 300 });
  await replica.registerNeuron("thinker", { retrySafe: true });
  proxy.silence();
  const late = worker.publish(worker.make(answer(work)), work.note.attempt).catch((thrown: unknown) => thrown);

  const again = await replica.nextWork();
  expect([again.signal.id, again.note.attempt]).toEqual([work.signal.id, 2]);
  await replica.send(answer(again), 2);
  expect((await asker.nextReply("agentOutput")).note.attempt).toBe(2);

  // The Synapse's end of the connection is closed; the worker learns of it when it tries another one.
  proxy.cut();
  expect(await late).toMatchObject({ code: "SESSION_LOST" });
  await asker.fence();
  expect(asker.inbox).toEqual([]);
}, 30_000);
