import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import { createErrorDetail } from "../../errors/index.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, failure, final, output, part, stop, stopped, subTask, task } from "./drafts.js";
import type { Delivered } from "./peer.js";

function finalOf({ signal }: Delivered): readonly [number, string] {
  check(signal.body?.$case === "final", "a FINAL");
  return [signal.body.value.status, signal.source];
}

/** Who may close a trace and how, who may speak in it, and how long it is remembered. */
export const closingCases: readonly SynapseCase[] = [
  {
    name: "takes a FINAL from the opener and from who owes it, and from nobody else",
    requirements: ["COS-TRACE-005", "COS-TRACE-010"],
    run: async ({ peer }) => {
      const [worker, asker, stranger] = [await peer("worker"), await peer("asker"), await peer("stranger")];
      await worker.registerNeuron("thinker");
      for (const closeTrace of [false, true]) {
        const { signal } = await asker.send(task(asker, "thinker", { closeTrace }));
        const work = await worker.nextWork();
        const ending = final(signal.traceId, { source: "thinker" });
        await worker.refused(ending, "PERMISSION_DENIED");
        await worker.send(output(work));
        await asker.nextReply("agentOutput");
        await stranger.refused(final(signal.traceId), "PERMISSION_DENIED");
        if (closeTrace) await worker.send(ending);
        else await worker.refused(ending, "PERMISSION_DENIED");
        if (!closeTrace) await asker.send(final(signal.traceId));
        const [status] = finalOf(await asker.nextReply("final"));
        checkEqual(status, 1, "the status");
      }
    },
  },
  {
    name: "refuses a FINAL without a status, and one that failed without saying why",
    requirements: ["COS-TRACE-016"],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      const { signal } = await asker.send(task(asker, "ghost"));
      const { traceId } = signal;
      const detail = createErrorDetail("NEURON_FAILED", "it threw");
      const wrong = [
        { status: 0, detail },
        { status: 2, detail: undefined },
      ] as const;
      for (const value of wrong) await asker.refused({ traceId, body: { $case: "final", value } }, "MALFORMED");
      await asker.send(final(traceId));
    },
  },
  {
    name: "remembers closed traces for the longest time and the grace, and no more than the limit of them",
    requirements: ["COS-TRACE-015", "COS-TRACE-007"],
    limits: { traces: 2 },
    run: async ({ peer, clock }) => {
      const asker = await peer("asker");
      const closed: string[] = [];
      for (let count = 0; count < 3; count += 1) {
        const { signal } = await asker.send(task(asker, "ghost"));
        closed.push(signal.traceId);
        await asker.send(final(signal.traceId));
      }
      clock.advance(3_609_999);
      for (const traceId of closed.slice(1)) await asker.refused(task(asker, "ghost", { traceId }), "TRACE_CLOSED");
      await asker.send({ ...task(asker, "ghost"), traceId: closed[0] ?? "" });
    },
  },
  {
    name: "lets nobody but the opener and a holder send an EVENT in a trace, and nobody in one that is closed",
    requirements: ["COS-TRACE-002", "COS-TRACE-007", "COS-TRACE-001"],
    run: async ({ peer }) => {
      const [worker, asker, stranger] = [await peer("worker"), await peer("asker"), await peer("stranger")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const event = stopped(work);
      await stranger.refused({ ...event, source: "stranger" }, "PERMISSION_DENIED");
      await worker.refused({ ...event, parentId: worker.ids.signalId() }, "PERMISSION_DENIED");
      await worker.send(event);
      await asker.send({ ...event, source: "asker" });
      await asker.refused({ ...event, source: "asker", traceId: asker.ids.traceId() }, "TRACE_CLOSED");
      await asker.send(final(signal.traceId));
      await worker.refused(event, "TRACE_CLOSED");
    },
  },
  {
    name: "delivers a FINAL to the opener alone, and nothing of the trace after it",
    requirements: ["COS-TRACE-008", "COS-TRACE-012", "COS-TRACE-006"],
    run: async ({ peer, clock }) => {
      const [worker, asker, helper] = [await peer("worker"), await peer("asker"), await peer("helper")];
      await worker.registerNeuron("thinker");
      await helper.registerNeuron("helper", { maxInFlight: 1 });
      const { signal } = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const below = await worker.send(subTask(work, "helper"));
      await helper.nextWork();
      await worker.send(subTask(work, "helper"));
      await asker.send(final(signal.traceId));
      checkEqual(codeOf(await asker.next()), "TRACE_CLOSED", "the outcome");
      checkEqual(finalOf(await asker.next()), [1, "asker"], "the FINAL");
      checkEqual((await helper.nextStop()).note.requestId, below.signal.id, "what the holder is told");
      clock.advance(3_600_000);
      for (const one of [asker, helper]) await one.fence();
      checkEqual([asker.inbox.length, helper.inbox.length], [0, 0], "deliveries after it");
      await worker.fence();
      const kinds = worker.inbox.map(({ note, signal: { body } }) => [note.reason, body?.$case]);
      checkEqual(kinds.filter(([, kind]) => kind === "final").length, 0, "FINALs at the worker");
      await worker.refused(part(work, 1), "LATE");
    },
  },
  {
    name: "asks for the FINAL of the worker only, also while the opener's other requests go on",
    requirements: ["COS-TRACE-010", "COS-TRACE-011", "COS-TRACE-006"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker", { closeTrace: true }));
      const root = await worker.nextWork();
      const other = await asker.send(task(asker, "thinker", { traceId: signal.traceId }));
      await worker.nextWork();
      await worker.send(failure(root));
      checkEqual((await asker.nextReply("error")).signal.parentId, signal.id, "the first outcome");
      const ended = await asker.nextReply("error");
      checkEqual([ended.signal.parentId, codeOf(ended)], [other.signal.id, "TRACE_CLOSED"], "the other");
      checkEqual(finalOf(await asker.nextReply("final")), [2, "synapse"], "the FINAL");
    },
  },
  {
    name: "owes nothing any more once the opener has closed the trace",
    requirements: ["COS-TRACE-013", "COS-TRACE-008"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker", { closeTrace: true }));
      await worker.send(output(await worker.nextWork()));
      await asker.send(final(signal.traceId));
      await asker.nextReply("final");
      await worker.close();
      await asker.fence();
      checkEqual(asker.inbox.filter(({ signal: { body } }) => body?.$case === "final").length, 0, "second FINALs");
    },
  },
  {
    name: "lets who asked stop what it asked below its work, and not what is beside it",
    requirements: ["COS-STOP-005", "COS-STOP-011"],
    run: async ({ peer }) => {
      const plain = { rights: [Right.PARTICIPATE] };
      const [worker, helper, asker] = [await peer("worker", plain), await peer("helper", plain), await peer("asker")];
      await worker.registerNeuron("thinker");
      await helper.registerNeuron("helper");
      const { signal } = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const beside = await asker.send(task(asker, "helper", { traceId: signal.traceId }));
      await helper.nextWork();
      const own = await worker.send(subTask(work, "helper"));
      const below = await helper.nextWork();
      await worker.refused(stop(signal.traceId, beside.signal.id), "PERMISSION_DENIED");
      await worker.refused(stop(signal.traceId), "PERMISSION_DENIED");
      await helper.send(stop(signal.traceId, own.signal.id));
      checkEqual((await worker.nextReply("error")).signal.parentId, below.signal.id, "the holder stops it");
      await asker.send(stop(signal.traceId, beside.signal.id));
      checkEqual((await asker.nextReply("error")).signal.parentId, beside.signal.id, "the opener stops it");
      const later = await worker.send(subTask(work, "helper"));
      await worker.send(output(work));
      await worker.send(stop(signal.traceId, later.signal.id));
      checkEqual((await worker.nextReply("error")).signal.parentId, later.signal.id, "who asked stops it");
    },
  },
  {
    name: "lets a holder stop what is below its work at any depth",
    requirements: ["COS-STOP-005", "COS-STOP-001"],
    run: async ({ peer }) => {
      const plain = { rights: [Right.PARTICIPATE] };
      const [worker, helper, asker] = [await peer("worker", plain), await peer("helper", plain), await peer("asker")];
      await worker.registerNeuron("thinker");
      for (const id of ["one", "two", "three"]) await helper.registerNeuron(id);
      const { signal } = await asker.send(task(asker, "thinker"));
      await worker.send(subTask(await worker.nextWork(), "one"));
      await helper.send(subTask(await helper.nextWork(), "two"));
      const middle = await helper.nextWork();
      const deepest = await helper.send(subTask(middle, "three"));
      await helper.nextWork();
      await worker.send(stop(signal.traceId, middle.signal.id));
      const ended = [
        (await helper.nextReply("error")).signal.parentId,
        (await helper.nextReply("error")).signal.parentId,
      ];
      checkEqual(ended.sort(), [middle.signal.id, deepest.signal.id].sort(), "what ended");
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes of what is above");
    },
  },
  {
    name: "sends one FINAL when a trace is stopped whose root asked for one",
    requirements: ["COS-TRACE-008", "COS-STOP-002"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker", { closeTrace: true }));
      await asker.send(task(asker, "thinker", { traceId: signal.traceId }));
      await asker.send(stop(signal.traceId));
      await asker.fence();
      const kinds = asker.inbox.map(({ signal: { body } }) => body?.$case);
      checkEqual(kinds, ["error", "error", "final"], "what the asker gets");
    },
  },
  {
    name: "takes no parent of another trace",
    requirements: ["COS-TRACE-003"],
    run: async ({ peer }) => {
      const [worker, asker, other] = [await peer("worker"), await peer("asker"), await peer("other")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const { signal } = await other.send(task(other, "thinker"));
      await worker.refused(subTask(work, "thinker", { traceId: signal.traceId }), "PERMISSION_DENIED");
    },
  },
  {
    name: "keeps a trace open while work goes on in it, also when its opener is gone",
    requirements: ["COS-TRACE-014", "COS-TASK-023"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker", { timeout: { seconds: 3_600n, nanos: 0 } }));
      const work = await worker.nextWork();
      await asker.close();
      clock.advance(3_000_000);
      await worker.send(output(work));
    },
  },
  {
    name: "decides what one session sends in the order in which it was sent",
    requirements: ["COS-ORD-004", "COS-ORD-005"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const signals = Array.from({ length: 10 }, () => asker.make(task(asker, "thinker")));
      const receipts = await Promise.all(signals.map((signal) => asker.publish(signal)));
      const positions = receipts.map(({ position }) => Number(position));
      checkEqual(
        positions,
        [...positions].sort((one, other) => one - other),
        "the positions",
      );
      for (const { id } of signals) checkEqual((await worker.nextWork()).signal.id, id, "the next");
    },
  },
];
