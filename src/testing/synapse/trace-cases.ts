import { ErrorCode } from "../../../gen/cosmonapse/v1/error.js";
import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, failure, final, output, stop, subTask, task } from "./drafts.js";
import type { Delivered } from "./peer.js";

function finalStatus({ signal }: Delivered): number {
  check(signal.body?.$case === "final", "a FINAL");
  return signal.body.value.status;
}

/** How traces begin, who may join them, and how they end. */
export const traceCases: readonly SynapseCase[] = [
  {
    name: "lets the worker end a trace whose root asked for it, after a good outcome",
    requirements: ["COS-TRACE-010", "COS-TRACE-012", "COS-TRACE-009"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker", { closeTrace: true }));
      const work = await worker.nextWork();
      await worker.refused(final(signal.traceId, { source: "thinker" }), "PERMISSION_DENIED");
      await worker.send(output(work));
      await asker.nextReply("agentOutput");
      await worker.send(final(signal.traceId, { source: "thinker" }));
      checkEqual(finalStatus(await asker.nextReply("final")), 1, "the status");
      await worker.refused(final(signal.traceId, { source: "thinker" }), "TRACE_CLOSED");
    },
  },
  {
    name: "sends the FINAL itself after an ERROR of the root",
    requirements: ["COS-TRACE-011", "COS-TRACE-016", "COS-ORD-006"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker", { closeTrace: true }));
      await worker.send(failure(await worker.nextWork()));
      checkEqual(codeOf(await asker.next()), "NEURON_FAILED", "the outcome comes first");
      const last = await asker.next();
      checkEqual([finalStatus(last), last.signal.source], [2, "synapse"], "then the FINAL");
      check(last.signal.body?.$case === "final", "a FINAL");
      checkEqual(last.signal.body.value.detail?.code, ErrorCode.NEURON_FAILED, "which says why");
    },
  },
  {
    name: "sends the FINAL itself when nobody serves the root, or its worker is lost",
    requirements: ["COS-TRACE-011"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await asker.send(task(asker, "thinker", { closeTrace: true }));
      checkEqual(finalStatus(await asker.nextReply("final")), 2, "unroutable");
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker", { closeTrace: true }));
      await worker.nextWork();
      await worker.close();
      checkEqual(finalStatus(await asker.nextReply("final")), 2, "lost");
    },
  },
  {
    name: "sends the FINAL that a lost session owed",
    requirements: ["COS-TRACE-013"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker", { closeTrace: true }));
      await worker.send(output(await worker.nextWork()));
      await worker.close();
      const last = await asker.nextReply("final");
      checkEqual([finalStatus(last), last.signal.source], [1, "synapse"], "the FINAL");
    },
  },
  {
    name: "ends what is pending before it delivers a FINAL, and refuses what comes later",
    requirements: ["COS-TRACE-006", "COS-TRACE-007", "COS-TRACE-008", "COS-ORD-006", "COS-ERR-003"],
    run: async ({ peer }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker"));
      const { traceId } = signal;
      await watcher.observe({ traceIds: [traceId] });
      const work = await worker.nextWork();
      await asker.send(final(traceId));
      const ended = await asker.next();
      checkEqual([codeOf(ended), detailOf(ended).effect], ["TRACE_CLOSED", 2], "the pending request");
      checkEqual((await asker.next()).signal.body?.$case, "final", "the FINAL");
      checkEqual(
        [(await watcher.nextObserved()).note.type, (await watcher.nextObserved()).note.type],
        [24, 19],
        "as observed",
      );
      await asker.refused(task(asker, "thinker", { traceId }), "TRACE_CLOSED");
      await asker.refused(final(traceId), "TRACE_CLOSED");
      await asker.refused(stop(traceId), "TRACE_CLOSED");
      await worker.refused(subTask(work, "thinker"), "TRACE_CLOSED");
      await worker.refused(output(work), "LATE");
    },
  },
  {
    name: "lets a trace be opened only without a parent",
    requirements: ["COS-TRACE-001"],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      await asker.refused(task(asker, "thinker", { parentId: asker.ids.signalId() }), "TRACE_CLOSED");
    },
  },
  {
    name: "lets only the opener and the holders of its requests join a trace",
    requirements: ["COS-TRACE-002", "COS-TRACE-003", "COS-TASK-021"],
    run: async ({ peer }) => {
      const [worker, asker, stranger] = [await peer("worker"), await peer("asker"), await peer("stranger")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const { traceId, id: parentId } = signal;
      await stranger.refused(task(stranger, "thinker", { traceId }), "PERMISSION_DENIED");
      await stranger.refused(task(stranger, "thinker", { traceId, parentId }), "PERMISSION_DENIED");
      await worker.refused(task(worker, "thinker", { traceId }), "PERMISSION_DENIED");
      await worker.send(subTask(work, "thinker"));
      await asker.send(task(asker, "thinker", { traceId }));
      await asker.send(task(asker, "thinker", { traceId, parentId }));
      await stranger.refused(final(traceId), "PERMISSION_DENIED");
    },
  },
  {
    name: "refuses what comes below a request that has ended",
    requirements: ["COS-TRACE-004"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await worker.send(output(work));
      await worker.refused(subTask(work, "thinker"), "LATE");
    },
  },
  {
    name: "lets what is below go on after a good outcome, and ends it after an ERROR",
    requirements: ["COS-STOP-006", "COS-STOP-012"],
    run: async ({ peer }) => {
      const [worker, helper, asker] = [await peer("worker"), await peer("helper"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await helper.registerNeuron("helper");
      for (const isGood of [true, false]) {
        await asker.send(task(asker, "thinker"));
        const work = await worker.nextWork();
        await worker.send(subTask(work, "helper"));
        const below = await helper.nextWork();
        await worker.send(isGood ? output(work) : failure(work));
        if (isGood) {
          await helper.send(output(below));
          await worker.nextReply("agentOutput");
        } else {
          checkEqual(codeOf(await worker.nextReply("error")), "CANCELLED", "what was below");
          checkEqual((await helper.nextStop()).note.requestId, below.signal.id, "its holder is told");
        }
      }
    },
  },
  {
    name: "closes a trace that nobody can go on with after the idle limit",
    requirements: ["COS-TRACE-014"],
    run: async ({ peer, clock }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      const { signal } = await asker.send(task(asker, "thinker"));
      await watcher.observe({ types: [19] });
      const work = await worker.nextWork();
      await asker.close();
      clock.advance(30_000);
      await worker.send(output(work));
      clock.advance(599_999);
      await watcher.fence();
      checkEqual(watcher.inbox.filter(({ note }) => note.reason === 4).length, 0, "FINALs before the limit");
      clock.advance(1);
      const last = await watcher.nextObserved("final");
      checkEqual([finalStatus(last), last.signal.traceId], [4, signal.traceId], "the FINAL");
    },
  },
  {
    name: "keeps an idle trace open while its opener lives",
    requirements: ["COS-TRACE-014"],
    run: async ({ peer, clock }) => {
      const asker = await peer("asker");
      const { signal } = await asker.send(task(asker, "ghost"));
      clock.advance(3_000_000);
      await asker.send(task(asker, "ghost", { traceId: signal.traceId }));
    },
  },
  {
    name: "bounds the number of open traces",
    requirements: ["COS-LIM-004", "COS-LIM-005"],
    limits: { traces: 2 },
    run: async ({ peer }) => {
      const asker = await peer("asker");
      const { signal } = await asker.send(task(asker, "ghost"));
      await asker.send(task(asker, "ghost"));
      await asker.refused(task(asker, "ghost"), "OVERLOADED");
      await asker.send(final(signal.traceId));
      await asker.send(task(asker, "ghost"));
    },
  },
];

/** How work is stopped. */
export const stopCases: readonly SynapseCase[] = [
  {
    name: "ends one request and all below it, and nothing else",
    requirements: ["COS-STOP-001", "COS-STOP-003", "COS-STOP-004", "COS-STOP-007", "COS-STOP-010", "COS-STOP-011"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const target = await asker.send(task(asker, "thinker"));
      const { traceId, id } = target.signal;
      const sibling = await asker.send(task(asker, "thinker", { traceId }));
      const other = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const below = await worker.send(subTask(work, "thinker"));
      await asker.send(stop(other.signal.traceId, id));
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes after the STOP of another trace");
      await asker.send(stop(traceId, id));
      checkEqual(codeOf(await asker.nextReply("error")), "CANCELLED", "the outcome");
      checkEqual(codeOf(await worker.nextReply("error")), "CANCELLED", "the outcome below");
      const told = [(await worker.nextStop()).note.requestId, (await worker.nextStop()).note.requestId];
      checkEqual(told, [id, below.signal.id], "what the holder is told");
      await worker.refused(output(work), "LATE");
      await worker.refused(subTask(work, "thinker"), "CANCELLED");
      await asker.refused(task(asker, "thinker", { traceId, parentId: id }), "CANCELLED");
      await asker.send(stop(traceId, id));
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "further outcomes");
      const rest = worker.inbox.map(({ signal }) => signal.id);
      checkEqual(rest.includes(sibling.signal.id) && rest.includes(other.signal.id), true, "the others are there");
    },
  },
  {
    name: "ends a whole trace and closes it",
    requirements: ["COS-STOP-002", "COS-STOP-003"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      const { signal } = await asker.send(task(asker, "thinker"));
      const { traceId } = signal;
      await asker.send(task(asker, "thinker", { traceId }));
      await worker.nextWork();
      await asker.send(stop(traceId));
      const codes = [await asker.nextReply("error"), await asker.nextReply("error")].map(codeOf);
      checkEqual(codes, ["CANCELLED", "CANCELLED"], "the outcomes");
      checkEqual(finalStatus(await asker.nextReply("final")), 3, "the FINAL");
      await asker.refused(task(asker, "thinker", { traceId }), "TRACE_CLOSED");
    },
  },
  {
    name: "says STOPPED in the FINAL when the root was stopped, and no effect if it never ran",
    requirements: ["COS-TRACE-011", "COS-TASK-018"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      const { signal } = await asker.send(task(asker, "thinker", { closeTrace: true }));
      await asker.send(stop(signal.traceId, signal.id));
      checkEqual(detailOf(await asker.nextReply("error")).effect, 1, "the effect");
      checkEqual(finalStatus(await asker.nextReply("final")), 3, "the FINAL");
    },
  },
  {
    name: "takes a STOP from the opener, a holder above and an operator, and from nobody else",
    requirements: ["COS-STOP-005", "COS-SEC-006"],
    run: async ({ peer }) => {
      const [worker, helper, asker] = [await peer("worker"), await peer("helper"), await peer("asker")];
      const stranger = await peer("stranger", { rights: [Right.PARTICIPATE, Right.OBSERVE] });
      const operator = await peer("operator", { rights: [Right.OPERATE] });
      await worker.registerNeuron("thinker");
      await helper.registerNeuron("helper");
      const workOnly = [Right.PARTICIPATE];
      const plainHelper = await peer("plain", { rights: workOnly });
      await plainHelper.registerNeuron("plain-helper");
      const { signal } = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const below = await worker.send(subTask(work, "plain-helper"));
      await plainHelper.nextWork();
      await stranger.refused(stop(signal.traceId, below.signal.id), "PERMISSION_DENIED");
      await plainHelper.refused(stop(signal.traceId, signal.id), "PERMISSION_DENIED");
      await worker.send(stop(signal.traceId, below.signal.id));
      checkEqual((await plainHelper.nextStop()).note.requestId, below.signal.id, "the holder above stops it");
      await operator.refused(task(operator, "thinker"), "PERMISSION_DENIED");
      await operator.send(stop(signal.traceId, signal.id));
      checkEqual(codeOf(await asker.nextReply("error")), "CANCELLED", "the operator stops it");
    },
  },
];
