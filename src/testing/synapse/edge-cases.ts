import { createDeferred } from "../../foundation/index.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, failure, output, stop, subTask, task, to } from "./drafts.js";

/** What shows only when two things meet: a drain and a queue, a loss and a replica, a stop and a full link. */
export const edgeCases: readonly SynapseCase[] = [
  {
    name: "gives nothing that waits to a session that drains, also when that has room again",
    requirements: ["COS-SES-014"],
    run: async ({ peer }) => {
      const [leaving, staying, asker] = [await peer("leaving"), await peer("staying"), await peer("asker")];
      for (const worker of [leaving, staying]) await worker.registerNeuron("thinker", { maxInFlight: 1 });
      for (let count = 0; count < 3; count += 1) await asker.send(task(asker, "thinker"));
      const [held, other] = [await leaving.nextWork(), await staying.nextWork()];
      await leaving.session.drain();
      await leaving.send(output(held));
      await leaving.fence();
      checkEqual(leaving.inbox.length, 0, "deliveries to the session that drains");
      await staying.send(output(other));
      await staying.nextWork();
    },
  },
  {
    name: "ends what a lost attempt asked, also when another attempt follows",
    requirements: ["COS-RED-010"],
    run: async ({ peer }) => {
      const [worker, replica, helper] = [await peer("worker"), await peer("replica"), await peer("helper")];
      const asker = await peer("asker");
      await worker.registerNeuron("thinker", { retrySafe: true });
      await helper.registerNeuron("helper");
      await asker.send(task(asker, "thinker"));
      const below = await worker.send(subTask(await worker.nextWork(), "helper"));
      await helper.nextWork();
      await replica.registerNeuron("thinker", { retrySafe: true });
      await worker.close();
      checkEqual((await replica.nextWork()).note.attempt, 2, "the second attempt");
      checkEqual((await helper.nextStop()).note.requestId, below.signal.id, "what is stopped");
    },
  },
  {
    name: "gives what its holder never got to another, as the same attempt",
    requirements: ["COS-RED-002"],
    limits: { unacknowledged: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const [worker, replica] = [await peer("worker", { slow: unblocked.promise }), await peer("replica")];
      const asker = await peer("asker");
      await worker.registerNeuron("thinker");
      const first = await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      const second = await asker.send(task(asker, "thinker"));
      await replica.registerNeuron("thinker");
      await worker.close();
      const again = await replica.nextWork();
      checkEqual([again.signal.id, again.note.attempt], [second.signal.id, 1], "what the replica gets");
      const lost = await asker.nextReply("error");
      checkEqual([codeOf(lost), lost.signal.parentId], ["WORKER_LOST", first.signal.id], "what was written");
      unblocked.resolve();
    },
  },
  {
    name: "does not deliver work that was stopped before its holder took it",
    requirements: ["COS-TASK-018", "COS-ROUTE-012"],
    limits: { unacknowledged: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const [worker, asker] = [await peer("worker", { slow: unblocked.promise }), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const { signal } = await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await asker.send(stop(signal.traceId, signal.id));
      checkEqual(detailOf(await asker.nextReply("error")).effect, 1, "the effect");
      unblocked.resolve();
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "deliveries after the stop");
    },
  },
  {
    name: "honours close_trace on the first request of a trace only",
    requirements: ["COS-TRACE-009"],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      const { signal } = await asker.send(task(asker, "ghost"));
      const { traceId } = signal;
      await asker.send(task(asker, "ghost", { traceId, closeTrace: true }));
      await asker.nextReply("error");
      await asker.nextReply("error");
      await asker.send(task(asker, "ghost", { traceId }));
    },
  },
  {
    name: "refuses even the opener below a request that ended with an ERROR, or was stopped after its answer",
    requirements: ["COS-TRACE-004", "COS-STOP-004", "COS-STOP-010"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const first = await asker.send(task(asker, "thinker"));
      const { traceId } = first.signal;
      await worker.send(failure(await worker.nextWork()));
      await asker.refused(task(asker, "thinker", { traceId, parentId: first.signal.id }), "LATE");
      const second = await asker.send(task(asker, "thinker", { traceId }));
      await worker.send(output(await worker.nextWork()));
      await asker.send(task(asker, "thinker", { traceId, parentId: second.signal.id }));
      await asker.send(stop(traceId, second.signal.id));
      await asker.refused(task(asker, "thinker", { traceId, parentId: second.signal.id }), "CANCELLED");
    },
  },
  {
    name: "closes a trace in which nothing was pending when its opener left, after the idle limit",
    requirements: ["COS-TRACE-014"],
    run: async ({ peer, clock }) => {
      const [asker, watcher] = [await peer("asker"), await peer("watcher")];
      await asker.send(task(asker, "ghost"));
      await watcher.observe({ types: [19] });
      await asker.close();
      clock.advance(600_000);
      const { signal } = await watcher.nextObserved("final");
      check(signal.body?.$case === "final" && signal.body.value.status === 4, "the status is ABANDONED");
    },
  },
  {
    name: "refuses an id of another role for that reason alone",
    requirements: ["COS-REG-006"],
    run: async ({ peer }) => {
      const [one, two] = [await peer("one"), await peer("two")];
      await one.registerNeuron("a");
      const register = await two.registerEngram("b");
      check(register.receipt.rejection === undefined, "another id is accepted");
      const { body } = register.signal;
      check(body?.$case === "register", "a REGISTER");
      const detail = await two.refused({ body: { $case: "register", value: { ...body.value, id: "a" } } }, "CONFLICT");
      checkEqual(detail.requirement, "COS-REG-006", "the requirement");
    },
  },
  {
    name: "ends the trace of a root that asked several by the worst of its outcomes",
    requirements: ["COS-TRACE-018"],
    run: async ({ peer }) => {
      const [one, two, asker] = [await peer("one"), await peer("two"), await peer("asker")];
      await one.registerNeuron("a", { kind: "k" });
      await two.registerNeuron("b", { kind: "k" });
      for (const isGood of [true, false]) {
        await asker.send(task(asker, { type: "k", fanout: 2 }, { closeTrace: true }));
        const [first, second] = [await one.nextWork(), await two.nextWork()];
        await one.send(isGood ? output(first) : failure(first));
        await two.send(output(second));
        const { signal } = await asker.nextReply("final");
        const status = signal.body?.$case === "final" ? signal.body.value.status : 0;
        checkEqual([status, signal.source], [isGood ? 1 : 2, "synapse"], "the FINAL");
      }
    },
  },
  {
    name: "lets nothing cross from one namespace to another",
    requirements: ["COS-SES-001"],
    run: async ({ peer }) => {
      const worker = await peer("worker", { namespace: "one" });
      const [asker, watcher] = [await peer("asker", { namespace: "two" }), await peer("watcher", { namespace: "one" })];
      await worker.registerNeuron("thinker");
      await watcher.observe();
      await asker.send(task(asker, to("thinker")));
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "the outcome in the other namespace");
      await watcher.fence();
      checkEqual(watcher.inbox.filter(({ signal }) => signal.body?.$case === "task").length, 0, "TASKs seen");
    },
  },
];
