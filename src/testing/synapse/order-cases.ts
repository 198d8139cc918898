import { createDeferred } from "../../foundation/index.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, final, output, part, recall, stopped, subTask, task } from "./drafts.js";

const second = { seconds: 1n, nanos: 0 };

/** In which order requests are given, and what the loss of a holder changes about it. */
export const orderCases: readonly SynapseCase[] = [
  {
    name: "gives waiting requests by their acceptance, whatever address they wait for",
    requirements: ["COS-ROUTE-008", "COS-ORD-003"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1, kind: "k", capabilities: ["c"] });
      const addresses = ["thinker", { type: "k" }, { capabilities: ["c"] }, "thinker", { type: "k" }];
      const ids: string[] = [];
      for (const address of addresses) ids.push((await asker.send(task(asker, address))).signal.id);
      for (const id of ids) {
        const work = await worker.nextWork();
        checkEqual(work.signal.id, id, "the next");
        await worker.send(output(work));
      }
    },
  },
  {
    name: "gives what waited for a route and what waited for a slot in the order of their acceptance",
    requirements: ["COS-ORD-003", "COS-ROUTE-006"],
    run: async ({ peer }) => {
      const [busy, worker, asker] = [await peer("busy"), await peer("worker"), await peer("asker")];
      await busy.registerNeuron("one", { maxInFlight: 1, kind: "k" });
      await asker.send(task(asker, { type: "k" }));
      const ids: string[] = [];
      for (const address of [{ type: "k" }, "two", { type: "k" }, "two"] as const) {
        ids.push((await asker.send(task(asker, address, { waitForRoute: second }))).signal.id);
      }
      await worker.registerNeuron("two", { kind: "k" });
      for (const id of ids) checkEqual((await worker.nextWork()).signal.id, id, "the next");
    },
  },
  {
    name: "lets no busy address keep another from those who are free",
    requirements: ["COS-ROUTE-001", "COS-ROUTE-009", "COS-ROUTE-010"],
    limits: { addressQueue: 2 },
    run: async ({ peer }) => {
      const [busy, free, asker] = [await peer("busy"), await peer("free"), await peer("asker")];
      await busy.registerNeuron("busy", { maxInFlight: 1 });
      await free.registerNeuron("free");
      for (let count = 0; count < 4; count += 1) await asker.send(task(asker, "busy"));
      checkEqual(codeOf(await asker.nextReply("error")), "OVERLOADED", "the one too many");
      await busy.registerNeuron("other", { maxInFlight: 1 });
      for (let count = 0; count < 3; count += 1) await asker.send(task(asker, "other"));
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes of what waits for another address");
      await asker.send(task(asker, "free"));
      const work = await free.nextWork();
      checkEqual(work.note.participant, "free", "the other address");
      await free.send(output(work));
      await free.fence();
      checkEqual(free.inbox.length, 0, "deliveries of what waits for the busy one");
    },
  },
  {
    name: "gives what was lost before what was accepted later",
    requirements: ["COS-ROUTE-008", "COS-RED-007"],
    run: async ({ peer }) => {
      const [worker, replica, asker] = [await peer("worker"), await peer("replica"), await peer("asker")];
      for (const one of [worker, replica]) await one.registerNeuron("thinker", { maxInFlight: 1, retrySafe: true });
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1) ids.push((await asker.send(task(asker, "thinker"))).signal.id);
      const own = await replica.nextWork();
      await worker.nextWork();
      await worker.close();
      await replica.send(output(own));
      const again = await replica.nextWork();
      checkEqual([again.signal.id, again.note.attempt], [ids[0], 2], "the lost one comes first");
      await replica.send(output(again), 2);
      checkEqual((await replica.nextWork()).signal.id, ids[2], "then the one that waited");
    },
  },
  {
    name: "ends what was lost and waits with WORKER_LOST when the last who serves it goes",
    requirements: ["COS-RED-013", "COS-RED-005", "COS-ERR-003"],
    run: async ({ peer }) => {
      const [worker, replica, asker] = [await peer("worker"), await peer("replica"), await peer("asker")];
      await replica.registerNeuron("thinker", { maxInFlight: 1, retrySafe: true });
      await asker.send(task(asker, "thinker"));
      await replica.nextWork();
      await worker.registerNeuron("thinker", { maxInFlight: 1, retrySafe: true });
      const { signal } = await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await worker.close();
      await replica.send({ body: { $case: "deregister", value: { id: "thinker", reason: 1 } } });
      const lost = await asker.nextReply("error");
      checkEqual([lost.signal.parentId, codeOf(lost), detailOf(lost).effect], [signal.id, "WORKER_LOST", 2], "it");
    },
  },
  {
    name: "never says that lost work had no effect because another never got it",
    requirements: ["COS-RED-013", "COS-ERR-003"],
    limits: { unacknowledged: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const replica = await peer("replica", { slow: unblocked.promise });
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await replica.registerNeuron("thinker", { retrySafe: true });
      await asker.send(task(asker, "thinker"));
      await replica.nextWork();
      await worker.registerNeuron("thinker", { retrySafe: true });
      await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await worker.close();
      await replica.close();
      const lost = [await asker.nextReply("error"), await asker.nextReply("error")];
      checkEqual(
        lost.map((one) => [codeOf(one), detailOf(one).effect]),
        [
          ["WORKER_LOST", 2],
          ["WORKER_LOST", 2],
        ],
        "the outcomes",
      );
      unblocked.resolve();
    },
  },
  {
    name: "takes no time for a second attempt that the first has used up",
    requirements: ["COS-RED-012", "COS-RED-008"],
    run: async ({ peer, clock }) => {
      const [host, replica, asker] = [await peer("host"), await peer("replica"), await peer("asker")];
      await host.registerEngram("memory");
      await asker.send(recall(asker, "memory", { timeout: second }));
      await host.nextWork();
      await replica.registerEngram("memory");
      clock.advance(600);
      await host.close();
      const again = await replica.nextWork();
      checkEqual([again.note.attempt, again.note.remaining], [2, { seconds: 0n, nanos: 400_000_000 }], "the attempt");
      clock.advance(399);
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes before the time");
      clock.advance(1);
      checkEqual(codeOf(await asker.nextReply("error")), "DEADLINE_EXCEEDED", "the outcome");
    },
  },
  {
    name: "counts an attempt of RECALL as the request says, if it says how many",
    requirements: ["COS-RED-008", "COS-RED-001"],
    run: async ({ peer }) => {
      const [host, replica, asker] = [await peer("host"), await peer("replica"), await peer("asker")];
      await host.registerEngram("memory", { storeId: "s" });
      await asker.send(recall(asker, "memory", { maxAttempts: 1 }));
      await host.nextWork();
      await replica.registerEngram("memory", { storeId: "s" });
      await host.close();
      checkEqual(codeOf(await asker.nextReply("error")), "WORKER_LOST", "the outcome");
    },
  },
  {
    name: "delivers a reply to a session that holds the request, whose next slot is then free",
    requirements: ["COS-ORD-005", "COS-TASK-022"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      const { signal } = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await worker.send(output(work));
      await worker.send({ body: { $case: "deregister", value: { id: "thinker", reason: 1 } } });
      checkEqual((await worker.nextWork()).signal.id, signal.id, "given before the receipt of the reply");
    },
  },
  {
    name: "frees a slot by STOPPED only after the request has ended",
    requirements: ["COS-ROUTE-012", "COS-STOP-009"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await worker.send(stopped(work));
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "deliveries while it is held");
      await worker.send(part(work, 1));
      await worker.send(output(work));
      await worker.nextWork();
    },
  },
  {
    name: "frees a slot by the answer to a request that has ended",
    requirements: ["COS-ROUTE-012", "COS-TASK-003"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker", { timeout: second }));
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      clock.advance(1_000);
      await worker.refused(part(work, 1), "LATE");
      await worker.fence();
      checkEqual(worker.inbox.filter(({ note }) => note.reason === 1).length, 0, "deliveries after a late part");
      await worker.refused(output(work), "LATE");
      await worker.nextWork();
    },
  },
  {
    name: "lets the child of a request end with it when both run out of time",
    requirements: ["COS-TASK-007", "COS-STOP-006"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker", { timeout: second }));
      const below = await worker.send(subTask(await worker.nextWork(), "thinker"));
      clock.advance(1_000);
      const reply = await worker.nextReply("error");
      checkEqual(reply.signal.parentId, below.signal.id, "the request that ended");
      check(["CANCELLED", "DEADLINE_EXCEEDED"].includes(codeOf(reply)), `the code, ${codeOf(reply)}`);
      checkEqual(codeOf(await asker.nextReply("error")), "DEADLINE_EXCEEDED", "the one above it");
    },
  },
  {
    name: "closes a trace whose opener left before the one who owes its FINAL answered",
    requirements: ["COS-TRACE-014"],
    run: async ({ peer, clock }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker", { closeTrace: true }));
      const work = await worker.nextWork();
      await watcher.observe({ types: [19] });
      await asker.close();
      await worker.send(output(work));
      clock.advance(599_999);
      await watcher.fence();
      checkEqual(watcher.inbox.filter(({ note }) => note.reason === 4).length, 0, "FINALs before the limit");
      clock.advance(1);
      const { signal } = await watcher.nextObserved("final");
      checkEqual(signal.body?.$case === "final" && signal.body.value.status, 4, "the status");
      await worker.refused(final(work.signal.traceId, { source: "thinker" }), "TRACE_CLOSED");
    },
  },
];
