import { createDeferred } from "../../foundation/index.js";
import { encodeSignal } from "../../signal/index.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, output, stop, task } from "./drafts.js";
import type { Peer } from "./peer.js";

const second = { seconds: 1n, nanos: 0 };

const goings = [
  { name: "drains", go: (worker: Peer) => worker.session.drain() },
  { name: "ends", go: (worker: Peer) => worker.close() },
];

const strandings = goings.map(({ name, go }): SynapseCase => {
  return {
    name: `ends what waits when the session of the last who serves it ${name}`,
    requirements: ["COS-ROUTE-015"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      const { signal } = await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await go(worker);
      const reply = await asker.next(({ signal: { parentId } }) => parentId === signal.id);
      checkEqual([codeOf(reply), detailOf(reply).effect], ["UNROUTABLE", 1], "the one that waited");
    },
  };
});

/** What waits for a slot or for a route, and what becomes of it. */
export const waitingCases: readonly SynapseCase[] = [
  ...strandings,
  {
    name: "gives nobody what ran out of time while it waited, and counts it no more",
    requirements: ["COS-ROUTE-009", "COS-ROUTE-008", "COS-TASK-005"],
    limits: { addressQueue: 2 },
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      for (let count = 0; count < 2; count += 1) await asker.send(task(asker, "thinker", { timeout: second }));
      clock.advance(1_000);
      for (let count = 0; count < 2; count += 1) {
        checkEqual(codeOf(await asker.nextReply("error")), "DEADLINE_EXCEEDED", "what waited");
      }
      const later = [await asker.send(task(asker, "thinker")), await asker.send(task(asker, "thinker"))];
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes while there is room");
      for (const { signal } of later) {
        await worker.send(output(await worker.nextWork()));
        await worker.fence();
        checkEqual(worker.inbox[0]?.signal.id, signal.id, "the next");
      }
    },
  },
  {
    name: "gives nobody what was stopped while it waited for a route",
    requirements: ["COS-STOP-003", "COS-ROUTE-006"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      const { signal } = await asker.send(task(asker, "thinker", { waitForRoute: second }));
      await asker.send(stop(signal.traceId, signal.id));
      checkEqual(codeOf(await asker.nextReply("error")), "CANCELLED", "the outcome");
      await worker.registerNeuron("thinker");
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "deliveries");
    },
  },
  {
    name: "says how much time is left of what waited, when it is given",
    requirements: ["COS-ROUTE-017", "COS-TASK-007"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      await asker.send(task(asker, "thinker", { timeout: { seconds: 9n, nanos: 250_000_000 } }));
      const first = await worker.nextWork();
      checkEqual(first.note.remaining, { seconds: 60n, nanos: 0 }, "what is left of the first");
      clock.advance(1_000);
      await worker.send(output(first));
      const { note } = await worker.nextWork();
      checkEqual(note.remaining, { seconds: 8n, nanos: 250_000_000 }, "what is left of the second");
    },
  },
  {
    name: "gives a request of an unknown type the time of a TASK",
    requirements: ["COS-TYPE-009"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const later = { body: undefined, _unknownFields: { [(500 << 3) | 2]: [new Uint8Array([0])] } };
      await asker.publish({ ...asker.make(task(asker, "thinker")), ...later });
      await worker.nextWork();
      clock.advance(59_999);
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes before a minute");
      clock.advance(1);
      checkEqual(codeOf(await asker.nextReply("error")), "DEADLINE_EXCEEDED", "the outcome");
    },
  },
  {
    name: "counts only the attempts that somebody got, also after one that was lost",
    requirements: ["COS-RED-002", "COS-RED-007"],
    limits: { unacknowledged: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const [worker, asker, third] = [await peer("worker"), await peer("asker"), await peer("third")];
      const full = await peer("full", { slow: unblocked.promise });
      await full.registerNeuron("thinker", { retrySafe: true });
      await asker.send(task(asker, "thinker"));
      await full.nextWork();
      await worker.registerNeuron("thinker", { retrySafe: true });
      const { signal } = await asker.send(task(asker, "thinker"));
      checkEqual((await worker.nextWork()).note.attempt, 1, "the first attempt");
      await worker.close();
      await third.registerNeuron("thinker", { retrySafe: true });
      await full.close();
      const again = await third.next(({ signal: { id } }) => id === signal.id);
      checkEqual(again.note.attempt, 2, "the attempt that somebody gets");
      unblocked.resolve();
    },
  },
  {
    name: "lets a session register its own id with another role and another store",
    requirements: ["COS-REG-005"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await worker.registerEngram("thinker", { storeId: "first" });
      await worker.registerEngram("thinker", { storeId: "second" });
      await asker.send(task(asker, "thinker"));
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "a TASK for what is an Engram now");
    },
  },
  {
    name: "names at most 20 of those who are there",
    requirements: ["COS-ERR-013"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      for (let count = 0; count < 21; count += 1) await worker.registerNeuron(`n${count}`);
      await asker.send(task(asker, "ghost"));
      checkEqual(detailOf(await asker.nextReply("error")).available.length, 20, "how many it names");
    },
  },
  {
    name: "forgets who is gone: for requests, for a DISCOVER and for observers",
    requirements: ["COS-SES-016", "COS-REG-019", "COS-OBS-004"],
    run: async ({ peer }) => {
      const [gone, asker] = [await peer("gone"), await peer("asker")];
      await gone.registerNeuron("thinker");
      await gone.close();
      await asker.send(task(asker, "thinker"));
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), detailOf(reply).available], ["UNROUTABLE", []], "the outcome");
      const { receipt } = await asker.send({ body: { $case: "discover", value: {} } });
      await asker.observe();
      await asker.fence();
      const snapshots = asker.inbox.filter(({ note }) => note.reason === 5);
      checkEqual([receipt.asked, snapshots.length], [[], 0], "who is found");
    },
  },
  {
    name: "delivers what was published, whatever the producer does with its buffer",
    requirements: ["COS-ENV-030"],
    limits: { unacknowledged: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const [worker, asker] = [await peer("worker", { slow: unblocked.promise }), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      const bytes = encodeSignal(asker.make(task(asker, "thinker")));
      const published = bytes.join();
      check((await asker.publish(bytes)).rejection === undefined, "it is accepted");
      bytes.fill(0);
      unblocked.resolve();
      checkEqual((await worker.nextWork()).bytes.join(), published, "the bytes");
    },
  },
];
