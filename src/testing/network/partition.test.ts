import { afterEach, describe, expect, test } from "vitest";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { systemClock } from "../../foundation/index.js";
import { GrpcSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import { Dice, FakeClock, Peer, type Delivered } from "../index.js";
import { FaultProxy } from "./fault-proxy.js";
import { RawLink } from "./raw-link.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server under a clock of the test, and a worker that reaches it through a proxy without faults of its own. */
async function start() {
  const clock = new FakeClock();
  const server = new SynapseServer({ port: 0, clock, limits: { sessionGraceMs: 1_000 } });
  closing.push(() => server.close());
  const { port } = await server.start();
  const proxy = await FaultProxy.start({ target: port, dice: new Dice(1), everyBytes: 2 ** 30 });
  closing.push(() => proxy.close());
  const join = async (dendriteId: string, through = port): Promise<Peer> => {
    const synapse = new GrpcSynapse(`cosmo://127.0.0.1:${through}`);
    closing.push(() => synapse.close());
    return Peer.open({ synapse, clock: systemClock, dendriteId, namespace: "demo" });
  };
  const worker = await join("worker", proxy.port);
  const [replica, asker] = [await join("replica"), await join("asker")];
  await worker.registerNeuron("thinker", { retrySafe: true });
  await asker.send({
    traceId: asker.ids.traceId(),
    directed: { id: "thinker", type: "", capabilities: [], fanout: Fanout.ONE },
    body: { $case: "task", value: { input: undefined, context: undefined } },
  });
  const work = await worker.nextWork();
  return { clock, server, port, proxy, join, worker, replica, asker, work };
}

const answer = ({ signal }: Delivered) => ({
  source: "thinker",
  traceId: signal.traceId,
  parentId: signal.id,
  exchange: Exchange.REPLY,
  body: { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } } as const,
});

describe("a worker that is cut off", () => {
  test("for less than the grace resumes: it keeps its work, and what it said meanwhile counts", async () => {
    const { proxy, worker, asker, work } = await start();
    proxy.partition();
    const receipt = worker.publish(worker.make(answer(work)), work.note.attempt);
    proxy.heal();

    const { note } = await asker.nextReply("agentOutput");
    expect(note.attempt).toBe(1);
    expect((await receipt).rejection).toBeUndefined();
    await worker.fence();
  });

  test("for longer than the grace has lost its session: the replica answers, and its own late answer counts for nothing", async () => {
    const { clock, proxy, join, worker, replica, asker, work, server } = await start();
    await replica.registerNeuron("thinker", { retrySafe: true });
    proxy.partition();
    const late = worker.publish(worker.make(answer(work)), work.note.attempt).catch((thrown: unknown) => thrown);
    // The grace begins when the Synapse notices.
    while (server.hub.figures().some(({ sessions }) => sessions === 3)) {
      clock.advance(200);
      await asker.fence();
    }
    const again = await replica.nextWork();
    expect([again.signal.id, again.note.attempt]).toEqual([work.signal.id, 2]);
    await replica.send(answer(again), 2);
    expect((await asker.nextReply("agentOutput")).note.attempt).toBe(2);

    proxy.heal();
    expect(await worker.isOver.promise).toMatchObject({ code: "SESSION_LOST" });
    expect(await late).toMatchObject({ code: "SESSION_LOST" });
    const back = await join("worker", proxy.port);
    await back.registerNeuron("thinker", { retrySafe: true });
    await back.refused(answer(work), "LATE", work.note.attempt);
    await asker.fence();
    expect(asker.inbox).toEqual([]);
  });

  test("gets no new work until it is back", async () => {
    const { clock, proxy, worker, asker, work, replica, server } = await start();
    proxy.partition();
    // New work goes to the replica alone, once the Synapse has noticed.
    await replica.registerNeuron("thinker", { retrySafe: true });
    const given: string[] = [];
    while (given.length < 3) {
      const { signal } = await asker.send({
        traceId: asker.ids.traceId(),
        directed: { id: "thinker", type: "", capabilities: [], fanout: Fanout.ONE },
        body: { $case: "task", value: { input: undefined, context: undefined } },
      });
      await replica.fence();
      if (replica.inbox.some(({ signal: got }) => got.id === signal.id)) given.push(signal.id);
      else given.length = 0;
    }
    proxy.heal();
    await worker.send(answer(work), 1);
    await worker.fence();
    const own = worker.inbox.map(({ signal }) => signal.id);
    expect(given.filter((id) => own.includes(id))).toEqual([]);
    expect(server.hub.figures()[0]?.sessions).toBe(3);
    expect(clock.pending).toBeGreaterThan(0);
  });
});

describe("a session that is resumed", () => {
  test("with a wrong secret stays as it is, and whoever tried gets a new one", async () => {
    const { port } = await start();
    const owner = new RawLink(port);
    closing.push(() => owner.close());
    owner.hello();
    const { sessionId, sessionSecret } = (await owner.next("welcome")).value;
    expect(sessionSecret.length).toBeGreaterThanOrEqual(16);
    for (const wrong of [new Uint8Array(sessionSecret.length), sessionSecret.subarray(1), new Uint8Array()]) {
      const thief = new RawLink(port);
      closing.push(() => thief.close());
      thief.hello({ sessionId, sessionSecret: wrong });
      const { value: welcome } = await thief.next("welcome");
      expect([welcome.resumed, welcome.sessionId === sessionId]).toEqual([false, false]);
    }
    owner.send({ $case: "ping", value: { token: 7n } });
    expect((await owner.next("pong")).value.token).toBe(7n);
  });

  test("on a newer link ends the older one, and goes on where it was", async () => {
    const { port } = await start();
    const older = new RawLink(port);
    const newer = new RawLink(port);
    closing.push(
      () => older.close(),
      () => newer.close(),
    );
    older.hello();
    const { sessionId, sessionSecret } = (await older.next("welcome")).value;
    older.send({ $case: "subscribe", value: { subscriptionId: "all", filter: undefined, number: 1n } });
    const { value: first } = await older.next("live");
    newer.hello({ sessionId, sessionSecret, received: first.number - 1n });

    expect(await newer.next("welcome")).toMatchObject({ value: { resumed: true, received: 1n, sessionId } });
    expect(await older.ended).toMatchObject({ code: "SESSION_LOST", requirement: "COS-SES-005" });
    expect(await newer.next("live")).toMatchObject({ value: { number: first.number, subscriptionId: "all" } });
  });
});
