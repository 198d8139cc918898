import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, output, part, recall, recalled, subTask, task } from "./drafts.js";

/** What happens to work whose holder is lost. */
export const redeliveryCases: readonly SynapseCase[] = [
  {
    name: "ends the work of a lost worker with WORKER_LOST, of unknown effect",
    requirements: ["COS-RED-001", "COS-RED-005", "COS-TASK-001"],
    run: async ({ peer }) => {
      const [worker, replica, asker] = [await peer("worker"), await peer("replica"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await replica.registerNeuron("thinker");
      await worker.close();
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), detailOf(reply).effect], ["WORKER_LOST", 2], "the outcome");
      await replica.fence();
      checkEqual(replica.inbox.length, 0, "deliveries to the replica");
    },
  },
  {
    name: "gives the work of a lost worker to a replica if it registered retry_safe",
    requirements: ["COS-RED-001", "COS-RED-007"],
    run: async ({ peer }) => {
      const [worker, replica, asker] = [await peer("worker"), await peer("replica"), await peer("asker")];
      await worker.registerNeuron("thinker", { retrySafe: true });
      const { signal } = await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await replica.registerNeuron("thinker", { retrySafe: true });
      await worker.close();
      const again = await replica.nextWork();
      checkEqual([again.signal.id, again.note.attempt], [signal.id, 2], "the second attempt");
      await replica.send(output(again), 2);
      await asker.nextReply("agentOutput");
    },
  },
  {
    name: "tries as often as the TASK asks for, and no more",
    requirements: ["COS-RED-007"],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      const workers = [await peer("one"), await peer("two"), await peer("three")];
      for (const worker of workers) await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker", { maxAttempts: 2 }));
      const attempts: number[] = [];
      for (const worker of workers.slice(0, 2)) {
        attempts.push((await worker.nextWork()).note.attempt);
        await worker.close();
      }
      checkEqual(attempts, [1, 2], "the attempts");
      checkEqual(codeOf(await asker.nextReply("error")), "WORKER_LOST", "the outcome");
    },
  },
  {
    name: "ends the work of a lost worker when no replica is left",
    requirements: ["COS-RED-013"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { retrySafe: true });
      await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await worker.close();
      checkEqual(codeOf(await asker.nextReply("error")), "WORKER_LOST", "the outcome");
    },
  },
  {
    name: "gives a RECALL to another replica within its time",
    requirements: ["COS-RED-008"],
    run: async ({ peer, clock }) => {
      const [host, replica, asker] = [await peer("host"), await peer("replica"), await peer("asker")];
      await host.registerEngram("memory");
      await asker.send(recall(asker, "memory"));
      await host.nextWork();
      await replica.registerEngram("memory");
      clock.advance(500);
      await host.close();
      const again = await replica.nextWork();
      checkEqual(again.note.remaining, { seconds: 1n, nanos: 500_000_000 }, "what is left");
      await replica.send(recalled(again));
      await asker.nextReply("recalled");
    },
  },
  {
    name: "never tries again once a part was forwarded",
    requirements: ["COS-RED-006"],
    run: async ({ peer }) => {
      const [worker, replica, asker] = [await peer("worker"), await peer("replica"), await peer("asker")];
      await worker.registerNeuron("thinker", { retrySafe: true });
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await worker.send(part(work, 1));
      await replica.registerNeuron("thinker", { retrySafe: true });
      await worker.close();
      checkEqual(codeOf(await asker.nextReply("error")), "WORKER_LOST", "the outcome");
      await replica.fence();
      checkEqual(replica.inbox.length, 0, "deliveries to the replica");
    },
  },
  {
    name: "refuses what a superseded attempt still sends",
    requirements: ["COS-RED-003", "COS-RED-004", "COS-OBS-009"],
    run: async ({ peer }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker", { retrySafe: true });
      await asker.send(task(asker, "thinker"));
      const first = await worker.nextWork();
      const back = await peer("worker");
      await back.registerNeuron("thinker", { retrySafe: true });
      await back.registerNeuron("helper");
      await watcher.observe();
      await worker.close();
      const second = await back.nextWork();
      await back.refused(output(first), "SUPERSEDED", 1);
      await back.refused(part(first, 1), "SUPERSEDED", 1);
      await back.refused(subTask(first, "helper"), "SUPERSEDED", 1);
      const note = (await watcher.next(({ note: { refused } }) => refused !== undefined)).note;
      check(note.position === 0n, "the refused reply has no position");
      await back.send(output(second), 2);
      await asker.nextReply("agentOutput");
    },
  },
  {
    name: "ends what a lost attempt asked",
    requirements: ["COS-RED-010", "COS-STOP-006"],
    run: async ({ peer }) => {
      const [worker, helper, asker] = [await peer("worker"), await peer("helper"), await peer("asker")];
      await worker.registerNeuron("thinker", { retrySafe: true });
      await helper.registerNeuron("helper");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const below = await worker.send(subTask(work, "helper"));
      await helper.nextWork();
      await worker.close();
      checkEqual((await helper.nextStop()).note.requestId, below.signal.id, "what is stopped");
    },
  },
];
