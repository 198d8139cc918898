import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { createDeferred } from "../../foundation/index.js";
import { describe, expect, test } from "vitest";
import { FakeClock, Peer, runSynapseCase, synapseCases } from "../../testing/index.js";
import { MemorySynapse } from "./index.js";

describe("MemorySynapse keeps the contract of every Synapse", () => {
  for (const one of synapseCases) {
    test(one.name, async () => {
      const driver = {
        open: (options: ConstructorParameters<typeof MemorySynapse>[0]) => Promise.resolve(new MemorySynapse(options)),
      };
      await runSynapseCase(one, driver, new FakeClock());
    });
  }
});

test("an observer keeps up with a publisher that only awaits its receipts", async () => {
  const clock = new FakeClock();
  await using synapse = new MemorySynapse({ clock });
  const [publisher, watcher] = [
    await Peer.open({ synapse, clock, dendriteId: "publisher" }),
    await Peer.open({ synapse, clock, dendriteId: "watcher" }),
  ];
  await watcher.observe({ types: [27] });

  for (let count = 0; count < 10_000; count += 1) {
    await publisher.publish(publisher.make({ body: { $case: "discover", value: {} } }));
  }
  await watcher.fence();

  expect(watcher.gaps).toEqual([]);
  expect(watcher.inbox.length).toBeGreaterThanOrEqual(10_000);
});

test("a drain delivers the outcomes that a slow receiver has not taken yet", async () => {
  const clock = new FakeClock();
  const synapse = new MemorySynapse({ clock });
  const unblocked = createDeferred<void>();
  const [worker, asker] = [
    await Peer.open({ synapse, clock, dendriteId: "worker" }),
    await Peer.open({ synapse, clock, dendriteId: "asker", slow: unblocked.promise }),
  ];
  await worker.registerNeuron("thinker");
  for (const input of [1, 2]) {
    const value = { input: { mediaType: "", data: new Uint8Array([48 + input]), schema: "" }, context: undefined };
    await asker.send({ traceId: asker.ids.traceId(), body: { $case: "task", value } });
  }
  for (const { signal } of [await worker.nextWork(), await worker.nextWork()]) {
    const value = { output: undefined, part: 0, parts: 0 };
    const header = { source: "thinker", traceId: signal.traceId, parentId: signal.id, exchange: Exchange.REPLY };
    await worker.send({ ...header, body: { $case: "agentOutput", value } });
  }

  const drained = synapse.drain();
  unblocked.resolve();
  await drained;

  expect(asker.inbox.map(({ signal }) => signal.body?.$case)).toEqual(["agentOutput", "agentOutput"]);
});

test("a drain waits for a receiver that takes nothing as long as the grace, and no longer", async () => {
  const clock = new FakeClock();
  const synapse = new MemorySynapse({ clock, limits: { sessionGraceMs: 3_000 } });
  const watcher = await Peer.open({ synapse, clock, dendriteId: "watcher", slow: new Promise(() => undefined) });
  await watcher.observe();
  const peer = await Peer.open({ synapse, clock, dendriteId: "peer" });
  await peer.fence();
  await watcher.next();

  const drained = synapse.drain();
  await peer.fence();
  clock.advance(3_000);

  await expect(drained).resolves.toBeUndefined();
});
