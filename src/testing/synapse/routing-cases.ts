import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, detailOf, imprint, output, recall, recalled, task } from "./drafts.js";

/** Who gets a request. */
export const routingCases: readonly SynapseCase[] = [
  {
    name: "gives a TASK to the Neuron of that id and its answer to the asker",
    requirements: ["COS-REG-001", "COS-ROUTE-001", "COS-ROUTE-014", "COS-ROUTE-017", "COS-TASK-022"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const { signal, receipt } = await asker.send(task(asker, "thinker"));
      checkEqual(receipt.asked, ["thinker"], "asked");
      const work = await worker.nextWork();
      checkEqual([work.signal.id, work.note.participant, work.note.attempt], [signal.id, "thinker", 1], "the work");
      await worker.send(output(work));
      const reply = await asker.nextReply("agentOutput");
      checkEqual([reply.signal.parentId, reply.note.participant], [signal.id, "thinker"], "the reply");
    },
  },
  {
    name: "forwards the bytes of the producer as they came, unknown fields included",
    requirements: ["COS-ENV-029", "COS-ENV-030"],
    run: async ({ peer }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      await watcher.observe({ types: [17] });
      const signal = {
        ...asker.make(task(asker, "thinker")),
        _unknownFields: { [(2000 << 3) | 2]: [new Uint8Array([2, 7, 8])] },
      };
      await asker.publish(signal);
      const [work, seen] = [await worker.nextWork(), await watcher.nextObserved("task")];
      checkEqual([...work.bytes], [...seen.bytes], "the bytes at worker and observer");
      check(work.bytes.join().endsWith("2,7,8"), "the unknown field is there");
    },
  },
  {
    name: "ends a request that nobody serves at once, and names those who are there",
    requirements: ["COS-ROUTE-001", "COS-ROUTE-005", "COS-TASK-017", "COS-TASK-018", "COS-ERR-008", "COS-ERR-013"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await worker.registerEngram("memory");
      const { signal } = await asker.send(task(asker, "ghost"));
      const reply = await asker.nextReply("error");
      const { available, effect } = detailOf(reply);
      checkEqual([codeOf(reply), available, effect], ["UNROUTABLE", ["thinker"], 1], "the outcome");
      const { source, parentId, traceId } = reply.signal;
      checkEqual([source, parentId, traceId], ["synapse", signal.id, signal.traceId], "its header");
    },
  },
  {
    name: "keeps a TASK from an Engram and a RECALL from a Neuron",
    requirements: ["COS-TYPE-011"],
    run: async ({ peer }) => {
      const [host, asker] = [await peer("host"), await peer("asker")];
      await host.registerNeuron("thinker");
      await host.registerEngram("memory");
      await asker.send(task(asker, "memory"));
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "a TASK for an Engram");
      await asker.send(recall(asker, "thinker"));
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "a RECALL for a Neuron");
    },
  },
  {
    name: "routes by kind and by all of the capabilities",
    requirements: ["COS-ROUTE-001", "COS-ROUTE-002"],
    run: async ({ peer }) => {
      const [one, two, asker] = [await peer("one"), await peer("two"), await peer("asker")];
      await one.registerNeuron("a", { kind: "writer", capabilities: ["draft", "english"] });
      await two.registerNeuron("b", { kind: "reader", capabilities: ["english"] });
      await asker.send(task(asker, { capabilities: ["english", "draft"] }));
      checkEqual((await one.nextWork()).note.participant, "a", "by capabilities");
      await asker.send(task(asker, { type: "reader" }));
      checkEqual((await two.nextWork()).note.participant, "b", "by kind");
      await asker.send(task(asker, { type: "reader", capabilities: ["draft"] }));
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "when one part does not hold");
      await asker.send({ ...task(asker, "a"), directed: undefined });
      await Promise.race([one.nextWork(), two.nextWork()]);
    },
  },
  {
    name: "gives a request by capability to exactly one of many",
    requirements: ["COS-ROUTE-003", "COS-ROUTE-014"],
    run: async ({ peer }) => {
      const [one, two, asker] = [await peer("one"), await peer("two"), await peer("asker")];
      await one.registerNeuron("a", { capabilities: ["draft"] });
      await two.registerNeuron("b", { capabilities: ["draft"] });
      for (let count = 0; count < 10; count += 1) {
        const { receipt } = await asker.send(task(asker, { capabilities: ["draft"] }));
        checkEqual(receipt.asked, [], "asked");
      }
      await one.fence();
      await two.fence();
      checkEqual(one.inbox.length + two.inbox.length, 10, "deliveries in all");
      checkEqual([one.inbox.length, two.inbox.length], [5, 5], "the share of each");
    },
  },
  {
    name: "lets replicas of one id share its requests",
    requirements: ["COS-REG-008", "COS-ROUTE-011"],
    run: async ({ peer }) => {
      const [one, two, asker] = [await peer("one"), await peer("two"), await peer("asker")];
      await one.registerNeuron("thinker");
      await two.registerNeuron("thinker");
      for (let count = 0; count < 6; count += 1) await asker.send(task(asker, "thinker"));
      await one.fence();
      await two.fence();
      checkEqual([one.inbox.length, two.inbox.length], [3, 3], "the share of each");
    },
  },
  {
    name: "asks each id once with fanout ALL, and each has its own outcome",
    requirements: ["COS-ROUTE-004", "COS-ROUTE-013", "COS-TASK-001", "COS-TASK-019"],
    run: async ({ peer }) => {
      const [one, two, asker] = [await peer("one"), await peer("two"), await peer("asker")];
      await one.registerEngram("a", { kind: "context" });
      await two.registerEngram("a", { kind: "context" });
      await two.registerEngram("b", { kind: "context" });
      const { receipt } = await asker.send(recall(asker, { type: "context", fanout: Fanout.ALL }));
      checkEqual([...receipt.asked].sort(), ["a", "b"], "asked");
      await one.fence();
      await two.fence();
      const works = [
        ...one.inbox.splice(0).map((work) => [one, work] as const),
        ...two.inbox.splice(0).map((work) => [two, work] as const),
      ];
      checkEqual(works.length, 2, "deliveries");
      const [first, second] = works;
      check(first !== undefined && second !== undefined, "two deliveries");
      await first[0].send(recalled(first[1]));
      checkEqual((await asker.nextReply("recalled")).note.participant, first[1].note.participant, "the first answer");
      await second[0].close();
      const rest = await asker.nextReply();
      checkEqual(rest.note.participant, second[1].note.participant, "the other outcome is of the other id");
    },
  },
  {
    name: "ends an IMPRINT that several Engrams could take, and gives it to none",
    requirements: ["COS-MODE-010"],
    run: async ({ peer }) => {
      const [host, asker] = [await peer("host"), await peer("asker")];
      await host.registerEngram("a", { kind: "context" });
      await host.registerEngram("b", { kind: "context" });
      await asker.send(imprint(asker, { type: "context" }));
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), detailOf(reply).available], ["AMBIGUOUS", ["a", "b"]], "the outcome");
      await host.fence();
      checkEqual(host.inbox.length, 0, "deliveries");
    },
  },
  {
    name: "waits for a route as long as the request says",
    requirements: ["COS-ROUTE-006"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      const waitForRoute = { seconds: 2n, nanos: 0 };
      await asker.send(task(asker, "late", { waitForRoute }));
      await asker.send(task(asker, "never", { waitForRoute }));
      clock.advance(1_999);
      await worker.registerNeuron("late");
      checkEqual((await worker.nextWork()).note.participant, "late", "the one that came");
      clock.advance(1);
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "the one that did not");
    },
  },
  {
    name: "gives a registration no more than it takes at once, and the rest in order",
    requirements: ["COS-ROUTE-007", "COS-ROUTE-008", "COS-ROUTE-010", "COS-ROUTE-012", "COS-ORD-003"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 2 });
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.push((await asker.send(task(asker, "thinker"))).signal.id);
      await worker.fence();
      checkEqual(worker.inbox.length, 2, "deliveries before an answer");
      const order: string[] = [];
      for (let count = 0; count < 5; count += 1) {
        const work = await worker.nextWork();
        order.push(work.signal.id);
        await worker.send(output(work));
      }
      checkEqual(order, ids, "the order");
    },
  },
  {
    name: "reads a max_in_flight of zero as the limit",
    requirements: ["COS-REG-018"],
    limits: { maxInFlight: 3 },
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      for (let count = 0; count < 5; count += 1) await asker.send(task(asker, "thinker"));
      await worker.fence();
      checkEqual(worker.inbox.length, 3, "deliveries");
    },
  },
  {
    name: "ends what does not fit in the queue of its address with OVERLOADED",
    requirements: ["COS-ROUTE-009", "COS-ERR-009", "COS-LIM-005"],
    limits: { addressQueue: 2 },
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      for (let count = 0; count < 3; count += 1) await asker.send(task(asker, "thinker"));
      await asker.fence();
      checkEqual(asker.inbox.length, 0, "outcomes while it fits");
      const { signal } = await asker.send(task(asker, "thinker"));
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), reply.signal.parentId], ["OVERLOADED", signal.id], "the one too many");
      check(detailOf(reply).retryAfter !== undefined, "it says when to try again");
    },
  },
  {
    name: "ends what a session has pending beyond its bound with OVERLOADED",
    requirements: ["COS-ROUTE-009", "COS-LIM-005"],
    limits: { sessionPending: 2 },
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      for (let count = 0; count < 3; count += 1) await asker.send(task(asker, "thinker"));
      checkEqual(codeOf(await asker.nextReply("error")), "OVERLOADED", "the third");
      await worker.fence();
      checkEqual(worker.inbox.length, 2, "deliveries");
      await worker.send(output(await worker.nextWork()));
      await asker.send(task(asker, "thinker"));
      await asker.fence();
      checkEqual(asker.inbox.length, 1, "outcomes after an answer: that alone");
    },
  },
  {
    name: "ends what waits when the last who serves it goes",
    requirements: ["COS-ROUTE-015", "COS-REG-011"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      const second = await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await worker.send({ body: { $case: "deregister", value: { id: "thinker", reason: 1 } } });
      const reply = await asker.nextReply("error");
      checkEqual([codeOf(reply), reply.signal.parentId], ["UNROUTABLE", second.signal.id], "the one that waited");
      await worker.send(output(work));
      await asker.nextReply("agentOutput");
    },
  },
  {
    name: "gives suspects no new work until their heartbeat",
    requirements: ["COS-REG-013", "COS-REG-014", "COS-REG-015", "COS-ROUTE-018"],
    run: async ({ peer, clock }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const held = await worker.nextWork();
      clock.advance(15_001);
      await asker.send(task(asker, "thinker"));
      await worker.fence();
      checkEqual(worker.inbox.length, 0, "deliveries to a suspect");
      await worker.send(output(held));
      await asker.nextReply("agentOutput");
      await worker.send({ body: { $case: "heartbeat", value: { ids: [] } } });
      await worker.nextWork();
    },
  },
  {
    name: "prefers a replica that is not suspect",
    requirements: ["COS-REG-013"],
    run: async ({ peer, clock }) => {
      const [silent, alive, asker] = [await peer("silent"), await peer("alive"), await peer("asker")];
      await silent.registerNeuron("thinker");
      await alive.registerNeuron("thinker");
      clock.advance(15_001);
      await alive.send({ body: { $case: "heartbeat", value: { ids: ["thinker"] } } });
      for (let count = 0; count < 3; count += 1) await asker.send(task(asker, "thinker"));
      await silent.fence();
      await alive.fence();
      checkEqual([silent.inbox.length, alive.inbox.length], [0, 3], "deliveries");
    },
  },
  {
    name: "serves a session's own requests",
    requirements: ["COS-ROUTE-016"],
    run: async ({ peer }) => {
      const alone = await peer("alone");
      await alone.registerNeuron("thinker");
      await alone.send(task(alone, "thinker"));
      await alone.send(output(await alone.nextWork()));
      await alone.nextReply("agentOutput");
    },
  },
];
