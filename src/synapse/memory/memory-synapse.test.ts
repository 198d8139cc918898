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
