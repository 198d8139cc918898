import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { createDeferred } from "../../foundation/index.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, failure, output, part, recall, recalled, stopped, subTask, task } from "./drafts.js";
import type { Delivered, Peer } from "./peer.js";

async function start(peer: (id: string) => Promise<Peer>): Promise<{ worker: Peer; asker: Peer; work: Delivered }> {
  const [worker, asker] = [await peer("worker"), await peer("asker")];
  await worker.registerNeuron("thinker");
  await asker.send(task(asker, "thinker"));
  return { worker, asker, work: await worker.nextWork() };
}

/** One outcome for every request, decided once. */
export const outcomeCases: readonly SynapseCase[] = [
  {
    name: "decides for the first reply and refuses the second",
    requirements: ["COS-TASK-001", "COS-TASK-002", "COS-TASK-003"],
    run: async ({ peer }) => {
      const { worker, asker, work } = await start(peer);
      await worker.send(output(work));
      await worker.refused(output(work), "LATE");
      await worker.refused(failure(work), "LATE");
      await asker.nextReply("agentOutput");
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "further replies");
    },
  },
  {
    name: "takes a worker's ERROR as the outcome, without another try",
    requirements: ["COS-TASK-016"],
    run: async ({ peer }) => {
      const { worker, asker, work } = await start(peer);
      await worker.send(failure(work));
      checkEqual(codeOf(await asker.nextReply("error")), "NEURON_FAILED", "the outcome");
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "further deliveries");
    },
  },
  {
    name: "ends a request when its time has passed, and tells its holder",
    requirements: ["COS-TASK-005", "COS-TASK-018", "COS-TASK-014", "COS-STOP-007"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const timeout = { seconds: 1n, nanos: 500_000_000 };
      const { signal } = await asker.send(task(asker, "thinker", { timeout }));
      const work = await worker.nextWork();
      clock.advance(1_499);
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes before the time");
      clock.advance(1);
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), detailOf(reply).effect], ["DEADLINE_EXCEEDED", 2], "the outcome");
      checkEqual((await worker.nextStop()).note.requestId, signal.id, "the holder is told");
      await worker.refused(output(work), "LATE");
    },
  },
  {
    name: "says that a request which nobody ever got had no effect",
    requirements: ["COS-TASK-018"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      await worker.nextWork();
      await asker.send(task(asker, "thinker", { timeout: { seconds: 1n, nanos: 0 } }));
      clock.advance(1_000);
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), detailOf(reply).effect], ["DEADLINE_EXCEEDED", 1], "the outcome");
    },
  },
  {
    name: "gives each type its own time when the request states none",
    requirements: ["COS-TASK-020", "COS-TYPE-009"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await worker.registerEngram("memory");
      await asker.send(task(asker, "thinker"));
      await asker.send(recall(asker, "memory"));
      clock.advance(2_000);
      const first = await asker.nextReply("error");
      checkEqual((await worker.nextStop()).note.participant, "memory", "what ended first");
      checkEqual(codeOf(first), "DEADLINE_EXCEEDED", "its outcome");
      clock.advance(57_999);
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes before a minute");
      clock.advance(1);
      await asker.nextReply("error");
    },
  },
  {
    name: "lets no child outlive the request above it",
    requirements: ["COS-TASK-007", "COS-TASK-021", "COS-RED-012"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await worker.registerNeuron("helper");
      await asker.send(task(asker, "thinker", { timeout: { seconds: 3n, nanos: 0 } }));
      const work = await worker.nextWork();
      clock.advance(1_000);
      await worker.send(subTask(work, "helper", { timeout: { seconds: 60n, nanos: 0 } }));
      const below = await worker.nextWork();
      checkEqual(below.note.remaining, { seconds: 2n, nanos: 0 }, "what is left for the child");
    },
  },
  {
    name: "refuses a reply from whoever was not asked",
    requirements: ["COS-TASK-004", "COS-TASK-003"],
    run: async ({ peer }) => {
      const { worker, work } = await start(peer);
      const other = await peer("other");
      await other.registerNeuron("thinker");
      await other.refused(output(work), "PERMISSION_DENIED");
      await worker.registerNeuron("second");
      await worker.refused(output(work, { source: "second" }), "PERMISSION_DENIED");
      await worker.refused(output(work, { parentId: worker.ids.signalId() }), "LATE");
      await worker.send(output(work));
    },
  },
  {
    name: "refuses a reply of another trace or of a type that does not answer",
    requirements: ["COS-ENV-005", "COS-TYPE-004"],
    run: async ({ peer }) => {
      const { worker, asker, work } = await start(peer);
      const trace = await worker.refused(output(work, { traceId: worker.ids.traceId() }), "MALFORMED");
      const type = await worker.refused(recalled(work), "MALFORMED");
      checkEqual([trace.requirement, type.requirement], ["COS-ENV-005", "COS-TYPE-004"], "the requirements");
      await worker.send(failure(work));
      await asker.nextReply("error");
    },
  },
  {
    name: "delivers the parts of an answer in order, before the answer",
    requirements: ["COS-TASK-013", "COS-ORD-001"],
    limits: { unacknowledged: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const [worker, asker] = [await peer("worker"), await peer("asker", { slow: unblocked.promise })];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      for (const number of [1, 2, 3]) await worker.send(part(work, number));
      await worker.send(output(work));
      unblocked.resolve();
      const parts: unknown[] = [];
      for (let count = 0; count < 4; count += 1) {
        const { body } = (await asker.nextReply("agentOutput")).signal;
        parts.push(body?.$case === "agentOutput" ? body.value.part : undefined);
      }
      checkEqual(parts, [1, 2, 3, 0], "the parts");
    },
  },
  {
    name: "takes no more parts than the asker's window, until they are consumed",
    requirements: ["COS-TASK-009", "COS-TASK-011", "COS-GRPC-018"],
    limits: { partialWindow: 2 },
    run: async ({ peer }) => {
      const { worker, asker, work } = await start(peer);
      await worker.send(part(work, 1));
      await worker.send(part(work, 2));
      await worker.refused(part(work, 3), "OVERLOADED");
      const { id } = work.signal;
      asker.session.credit({ requestId: id, partials: 99, participant: "" });
      const { requestId, partials, participant } = await worker.nextCredit();
      checkEqual([requestId, partials, participant], [id, 2, "thinker"], "the credit");
      await worker.send(part(work, 3));
      worker.session.credit({ requestId: id, partials: 1, participant: "" });
      await worker.fence();
      checkEqual(worker.credits.length, 0, "credit of a session that did not ask");
    },
  },
  {
    name: "keeps a slot taken until ended work is answered or stopped",
    requirements: ["COS-ROUTE-012", "COS-STOP-008", "COS-STOP-009"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker", { timeout: { seconds: 1n, nanos: 0 } }));
      const first = await worker.nextWork();
      await asker.send(task(asker, "thinker"));
      await asker.send(task(asker, "thinker"));
      clock.advance(1_000);
      await asker.nextReply("error");
      await worker.fence();
      checkEqual(worker.inbox.filter(({ note }) => note.reason === 1).length, 0, "deliveries while the slot is taken");
      await worker.send(stopped(first));
      const second = await worker.nextWork();
      clock.advance(59_000);
      await asker.nextReply("error");
      await worker.refused(output(second), "LATE");
      await asker.fence();
      checkEqual(asker.inbox.map(codeOf), ["DEADLINE_EXCEEDED"], "the last one ran out of time as well");
    },
  },
  {
    name: "routes a type that it does not know by its exchange",
    requirements: ["COS-TYPE-007", "COS-TYPE-008", "COS-TYPE-010"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerEngram("memory");
      const future = { [(500 << 3) | 2]: [new Uint8Array([2, 8, 1])] };
      const asked = { ...asker.make(task(asker, "memory")), body: undefined, _unknownFields: future };
      checkEqual((await asker.publish(asked)).rejection, undefined, "the request is accepted");
      const work = await worker.nextWork();
      checkEqual([work.note.type, work.signal.body], [500, undefined], "the work");
      const answer = { ...worker.make(output(work)), body: undefined, _unknownFields: future };
      checkEqual((await worker.publish(answer)).rejection, undefined, "the reply is accepted");
      const reply = await asker.next(({ note }) => note.reason === 2);
      checkEqual([reply.note.type, reply.signal.exchange], [500, Exchange.REPLY], "the reply");
      const control = {
        ...asker.make(task(asker, "memory")),
        exchange: Exchange.CONTROL,
        body: undefined,
        _unknownFields: future,
      };
      await asker.refusedSignal(control, "UNIMPLEMENTED");
    },
  },
  {
    name: "lets what was asked run on when the asker's session ends",
    requirements: ["COS-TASK-023", "COS-SES-016"],
    run: async ({ peer }) => {
      const { worker, asker, work } = await start(peer);
      await asker.close();
      await worker.send(output(work));
      await worker.fence();
      check(!worker.inbox.some(({ note }) => note.reason === 3), "the holder is not stopped");
    },
  },
];
