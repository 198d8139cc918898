import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, failure, output, part, recall, recalled, stop, subTask, task } from "./drafts.js";
import type { Delivered, Peer, PeerDraft } from "./peer.js";

const toAll = { type: "k", fanout: Fanout.ALL } as const;

/** One session for each id of the kind `k`, and an asker. */
async function start(peer: (id: string) => Promise<Peer>, ids: readonly string[]): Promise<readonly [Peer, ...Peer[]]> {
  const asker = await peer("asker");
  const workers: Peer[] = [];
  for (const id of ids) {
    const worker = await peer(`of-${id}`);
    await worker.registerNeuron(id, { kind: "k" });
    workers.push(worker);
  }
  return [asker, ...workers];
}

function statusOf({ signal }: Delivered): number {
  check(signal.body?.$case === "final", "a FINAL");
  return signal.body.value.status;
}

/** A Signal's participant and its code; the code is empty for a good answer. */
function outcomeOf(reply: Delivered): readonly [string, string] {
  return [reply.note.participant, reply.signal.body?.$case === "error" ? codeOf(reply) : ""];
}

interface Ending {
  readonly name: string;
  readonly first: (work: Delivered) => PeerDraft;
  readonly second: (work: Delivered) => PeerDraft;
  readonly status: number;
}

const endings: readonly Ending[] = [
  { name: "COMPLETED if all of it is good", first: output, second: output, status: 1 },
  { name: "FAILED if the first outcome is an ERROR", first: failure, second: output, status: 2 },
  { name: "FAILED if the last outcome is an ERROR", first: output, second: failure, status: 2 },
];

const closings = endings.map(({ name, first, second, status }): SynapseCase => {
  return {
    name: `ends the trace of a root that asked several with ${name}, after the last outcome`,
    requirements: ["COS-TRACE-018", "COS-ORD-006"],
    run: async ({ peer }) => {
      const [asker, one, two] = await start(peer, ["a", "b"]);
      check(one !== undefined && two !== undefined, "two workers");
      const { signal } = await asker.send(task(asker, toAll, { closeTrace: true }));
      await one.send(first(await one.nextWork()));
      await asker.nextReply();
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "what comes before the last outcome");
      await two.send(second(await two.nextWork()));
      await asker.nextReply();
      const last = await asker.next();
      checkEqual([statusOf(last), last.signal.source, last.signal.traceId], [status, "synapse", signal.traceId], "it");
      await asker.refused(task(asker, "a", { traceId: signal.traceId }), "TRACE_CLOSED");
    },
  };
});

/** Requests that ask several at once. */
export const fanoutCases: readonly SynapseCase[] = [
  ...closings,
  {
    name: "ends the trace of a root that asked several with STOPPED if it was stopped, even after an ERROR",
    requirements: ["COS-TRACE-018", "COS-STOP-003"],
    run: async ({ peer }) => {
      const [asker, one] = await start(peer, ["a", "b"]);
      check(one !== undefined, "a worker");
      const { signal } = await asker.send(task(asker, toAll, { closeTrace: true }));
      await one.send(failure(await one.nextWork()));
      await asker.nextReply("error");
      await asker.send(stop(signal.traceId, signal.id));
      checkEqual(codeOf(await asker.nextReply("error")), "CANCELLED", "the other outcome");
      checkEqual(statusOf(await asker.nextReply("final")), 3, "the status");
    },
  },
  {
    name: "ends the trace of a root that asked all of nobody with FAILED, after one UNROUTABLE",
    requirements: ["COS-TRACE-018", "COS-ROUTE-005", "COS-ROUTE-013"],
    run: async ({ peer }) => {
      const asker = await peer("asker");
      const { receipt } = await asker.send(task(asker, toAll, { closeTrace: true }));
      checkEqual(receipt.asked, [], "asked");
      checkEqual(codeOf(await asker.next()), "UNROUTABLE", "the outcome");
      checkEqual(statusOf(await asker.next()), 2, "the FINAL");
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "what comes after it");
    },
  },
  {
    name: "names the id in each outcome that it makes for one of several, and in none for one alone",
    requirements: ["COS-TASK-019", "COS-TASK-005", "COS-TASK-001"],
    run: async ({ peer, clock }) => {
      const [asker, one, two] = await start(peer, ["a", "b", "c"]);
      check(one !== undefined && two !== undefined, "two workers");
      await asker.send(task(asker, toAll));
      await one.send(output(await one.nextWork()));
      await two.nextWork();
      await two.close();
      clock.advance(60_000);
      const replies = [await asker.nextReply(), await asker.nextReply(), await asker.nextReply()];
      const due = [
        ["a", ""],
        ["b", "WORKER_LOST"],
        ["c", "DEADLINE_EXCEEDED"],
      ];
      checkEqual(replies.map(outcomeOf), due, "the outcomes");
      checkEqual(
        replies.slice(1).map((reply) => detailOf(reply).participant),
        ["b", "c"],
        "those whom the details name",
      );
      await asker.send(task(asker, "ghost"));
      checkEqual(detailOf(await asker.nextReply("error")).participant, "", "of a request to one");
    },
  },
  {
    name: "gives several legs of one request to a session that serves several ids, each with its own answer",
    requirements: ["COS-ROUTE-004", "COS-TASK-001", "COS-TASK-003", "COS-ROUTE-012"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      for (const id of ["a", "b"]) await worker.registerNeuron(id, { kind: "k", maxInFlight: 1 });
      await asker.send(task(asker, toAll));
      const [a, b] = [await worker.nextWork(), await worker.nextWork()];
      checkEqual([a.note.participant, b.note.participant], ["a", "b"], "the ids");
      checkEqual(a.signal.id, b.signal.id, "the request");
      await asker.send(task(asker, "a"));
      await worker.send(output(b));
      await worker.refused(output(b), "LATE");
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "deliveries while a is taken");
      await worker.send(part(a, 1));
      await worker.send(output(a));
      checkEqual((await worker.nextWork()).note.participant, "a", "the next");
      const replies = [await asker.nextReply(), await asker.nextReply(), await asker.nextReply()];
      checkEqual(
        replies.map(({ note }) => note.participant),
        ["b", "a", "a"],
        "who answered",
      );
    },
  },
  {
    name: "ends all legs of a request that is stopped, and tells a session of each that it holds",
    requirements: ["COS-STOP-003", "COS-STOP-007", "COS-TASK-001"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      for (const id of ["a", "b"]) await worker.registerNeuron(id, { kind: "k" });
      const { signal } = await asker.send(task(asker, toAll));
      await worker.nextWork();
      await worker.nextWork();
      await asker.send(stop(signal.traceId, signal.id));
      const told = [(await worker.nextStop()).note, (await worker.nextStop()).note];
      checkEqual(
        told.map(({ participant, requestId }) => [participant, requestId === signal.id]),
        [
          ["a", true],
          ["b", true],
        ],
        "what the holder is told",
      );
      const outcomes = [outcomeOf(await asker.nextReply()), outcomeOf(await asker.nextReply())];
      checkEqual(
        outcomes,
        [
          ["a", "CANCELLED"],
          ["b", "CANCELLED"],
        ],
        "the outcomes",
      );
    },
  },
  {
    name: "ends what is below the leg that failed, and nothing below its siblings",
    requirements: ["COS-STOP-006", "COS-STOP-001"],
    run: async ({ peer }) => {
      const [asker, one, two] = await start(peer, ["a", "b"]);
      const helper = await peer("helper");
      check(one !== undefined && two !== undefined, "two workers");
      await helper.registerNeuron("helper");
      await asker.send(task(asker, toAll));
      const [first, second] = [await one.nextWork(), await two.nextWork()];
      const below = [await one.send(subTask(first, "helper")), await two.send(subTask(second, "helper"))];
      await helper.nextWork();
      const other = await helper.nextWork();
      await one.send(failure(first));
      checkEqual((await helper.nextStop()).note.requestId, below[0]?.signal.id, "what is stopped");
      await helper.send(output(other));
      await two.nextReply("agentOutput");
    },
  },
  {
    name: "asks only those who were there when a request to all was accepted",
    requirements: ["COS-ROUTE-004"],
    run: async ({ peer }) => {
      const [asker, one] = await start(peer, ["a"]);
      const late = await peer("late");
      check(one !== undefined, "a worker");
      await asker.send(task(asker, toAll, { waitForRoute: { seconds: 9n, nanos: 0 } }));
      await late.registerNeuron("b", { kind: "k" });
      await late.fence();
      checkEqual(late.inbox.length, 0, "deliveries to who came later");
      await one.send(output(await one.nextWork()));
      await asker.nextReply("agentOutput");
    },
  },
  {
    name: "gives the leg of a lost replica to another of the same id, and not to another id",
    requirements: ["COS-RED-008", "COS-ROUTE-004"],
    run: async ({ peer }) => {
      const [one, two, asker] = [await peer("one"), await peer("two"), await peer("asker")];
      await one.registerEngram("a", { kind: "k" });
      await two.registerEngram("b", { kind: "k" });
      await asker.send(recall(asker, toAll));
      await one.nextWork();
      const own = await two.nextWork();
      const replica = await peer("replica");
      await replica.registerEngram("a", { kind: "k" });
      await one.close();
      const again = await replica.nextWork();
      checkEqual([again.note.participant, again.note.attempt], ["a", 2], "the second attempt");
      await two.send(recalled(own));
      await replica.send(recalled(again), 2);
      await two.fence();
      checkEqual(two.inbox.length, 0, "further deliveries to the other id");
      checkEqual(
        [(await asker.nextReply()).note.participant, (await asker.nextReply()).note.participant],
        ["b", "a"],
        "who answered",
      );
    },
  },
];
