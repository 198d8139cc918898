import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import { encodeSignal } from "../../signal/index.js";
import { CosmoError } from "../../errors/index.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { codeOf, output, task, to } from "./drafts.js";

async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "no rejection";
  } catch (thrown) {
    return thrown instanceof CosmoError ? thrown.code : "an untyped error";
  }
}

/** Sessions, registrations, rights, repeats and bad Signals. */
export const sessionCases: readonly SynapseCase[] = [
  {
    name: "opens no session under a wrong name",
    requirements: ["COS-SES-002"],
    run: async ({ peer }) => {
      checkEqual(await rejectionOf(peer("synapse")), "MALFORMED", "the reserved id");
      checkEqual(await rejectionOf(peer("a b")), "MALFORMED", "a dendrite id");
      checkEqual(await rejectionOf(peer("fine", { namespace: "no/name" })), "MALFORMED", "a namespace");
    },
  },
  {
    name: "lets several sessions have the same dendrite id",
    requirements: ["COS-SES-003"],
    run: async ({ peer }) => {
      const [one, two] = [await peer("twin"), await peer("twin")];
      await one.fence();
      await two.fence();
      await one.close();
      await two.fence();
    },
  },
  {
    name: "refuses everything after the end of a session",
    requirements: ["COS-SES-006"],
    run: async ({ peer }) => {
      const one = await peer("one");
      await one.close();
      checkEqual(await one.isOver.promise, undefined, "the reason");
      await one.refused(task(one, "thinker"), "SESSION_LOST");
      await one.close();
      checkEqual(await rejectionOf(one.observe()), "SESSION_LOST", "a subscription");
    },
  },
  {
    name: "refuses a registration that contradicts a live one",
    requirements: ["COS-REG-006", "COS-REG-007"],
    run: async ({ peer }) => {
      const [one, two] = [await peer("one"), await peer("two")];
      await one.registerNeuron("a");
      await one.registerEngram("m", { storeId: "first" });
      await two.refused({ body: { $case: "register", value: registerOf("a") } }, "CONFLICT");
      await two.refused({ body: { $case: "register", value: registerOf("m") } }, "CONFLICT");
      await one.close();
      await two.registerEngram("m", { storeId: "second" });
    },
  },
  {
    name: "replaces a registration of the same session, which keeps its work",
    requirements: ["COS-REG-005"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker", { maxInFlight: 1 });
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await worker.registerNeuron("thinker", { maxInFlight: 2, capabilities: ["new"] });
      await asker.send(task(asker, { capabilities: ["new"] }));
      await asker.send(task(asker, { capabilities: ["new"] }));
      await worker.fence();
      checkEqual(worker.inbox.length, 1, "deliveries while the old work is held");
      await worker.send(output(work));
      await worker.nextWork();
    },
  },
  {
    name: "takes a DEREGISTER and a HEARTBEAT only of what the session registered",
    requirements: ["COS-REG-009"],
    run: async ({ peer }) => {
      const one = await peer("one");
      await one.refused({ body: { $case: "deregister", value: { id: "ghost", reason: 1 } } }, "PERMISSION_DENIED");
      await one.refused({ body: { $case: "heartbeat", value: { ids: ["ghost"] } } }, "PERMISSION_DENIED");
    },
  },
  {
    name: "drains a session: no new work, and answers for what it holds",
    requirements: ["COS-SES-014", "COS-REG-010", "COS-REG-016"],
    run: async ({ peer }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await watcher.observe({ types: [26] });
      await worker.session.drain();
      const gone = await watcher.nextObserved("deregister");
      const reason = gone.signal.body?.$case === "deregister" ? gone.signal.body.value.reason : 0;
      checkEqual([gone.signal.source, reason], ["synapse", 2], "the DEREGISTER");
      await asker.send(task(asker, "thinker"));
      checkEqual(codeOf(await asker.nextReply("error")), "UNROUTABLE", "new work");
      await worker.refused({ body: { $case: "register", value: registerOf("again") } }, "UNAVAILABLE");
      await worker.send(output(work));
      await asker.nextReply("agentOutput");
    },
  },
  {
    name: "publishes a DEREGISTER when a session ends",
    requirements: ["COS-REG-016"],
    run: async ({ peer }) => {
      const [worker, watcher] = [await peer("worker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      await watcher.observe({ types: [26] });
      await worker.close();
      const { signal } = await watcher.nextObserved("deregister");
      const value = signal.body?.$case === "deregister" ? signal.body.value : undefined;
      checkEqual([value?.id, value?.reason], ["thinker", 3], "the DEREGISTER");
    },
  },
  {
    name: "answers a DISCOVER with those who match, then a Live",
    requirements: ["COS-REG-019", "COS-REG-020", "COS-REG-021"],
    run: async ({ peer }) => {
      const [one, two] = [await peer("one"), await peer("two")];
      await one.registerNeuron("a", { capabilities: ["x"] });
      await one.registerNeuron("b");
      await two.registerNeuron("a", { capabilities: ["x"] });
      const { signal, receipt } = await two.send({
        directed: to({ capabilities: ["x"] }),
        body: { $case: "discover", value: {} },
      });
      checkEqual(receipt.asked, ["a"], "asked");
      await two.fence();
      const found = two.inbox.filter(({ note }) => note.subscriptionId === signal.id);
      checkEqual(
        found.map(({ note }) => [note.reason, Number(note.position)]),
        [
          [5, 0],
          [5, 0],
        ],
        "the snapshots",
      );
      check(
        two.lives.some(({ subscriptionId }) => subscriptionId === signal.id),
        "the Live",
      );
    },
  },
  {
    name: "refuses a source that is not the session's own",
    requirements: ["COS-ENV-010", "COS-ENV-011"],
    run: async ({ peer }) => {
      const one = await peer("one");
      await one.refused(task(one, "thinker", { source: "other" }), "PERMISSION_DENIED");
      await one.refused(task(one, "thinker", { source: "synapse" }), "PERMISSION_DENIED");
      await one.registerNeuron("mine");
      await one.send(task(one, "mine", { source: "mine" }));
    },
  },
  {
    name: "holds a session to the rights that it asked for",
    requirements: ["COS-SEC-005", "COS-SEC-006"],
    run: async ({ peer }) => {
      const watcher = await peer("watcher", { rights: [Right.OBSERVE] });
      await watcher.refused(task(watcher, "thinker"), "PERMISSION_DENIED");
      await watcher.observe();
    },
  },
  {
    name: "gives a repeat the first receipt again, and no other effect",
    requirements: ["COS-DUP-001", "COS-DUP-002"],
    run: async ({ peer }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      const signal = asker.make(task(asker, "thinker"));
      const first = await asker.publish(signal);
      const second = await asker.publish(signal);
      checkEqual({ ...second, number: first.number }, { ...first, repeated: true }, "the second receipt");
      await worker.fence();
      checkEqual(worker.inbox.length, 1, "deliveries");
    },
  },
  {
    name: "refuses other bytes under a used id",
    requirements: ["COS-DUP-003", "COS-DUP-006"],
    run: async ({ peer }) => {
      const [one, two] = [await peer("one"), await peer("two")];
      const signal = one.make(task(one, "ghost"));
      await one.publish(signal);
      await one.refusedSignal({ ...signal, meta: { changed: "yes" } }, "ID_REUSED");
      const receipt = await two.publish({ ...signal, source: "two", traceId: two.ids.traceId() });
      checkEqual(receipt.rejection, undefined, "the same id of another principal");
    },
  },
  {
    name: "judges a refused Signal anew",
    requirements: ["COS-DUP-004"],
    run: async ({ peer }) => {
      const one = await peer("one");
      const signal = one.make(task(one, "mine", { source: "mine" }));
      await one.refusedSignal(signal, "PERMISSION_DENIED");
      await one.registerNeuron("mine");
      const { rejection, repeated } = await one.publish(signal);
      checkEqual([rejection, repeated], [undefined, false], "the same Signal later");
    },
  },
  {
    name: "forgets an id after its window, or when too many came later",
    requirements: ["COS-DUP-005"],
    limits: { dedupIds: 2 },
    run: async ({ peer, clock }) => {
      const one = await peer("one");
      const signal = one.make({ body: { $case: "discover", value: {} } });
      await one.publish(signal);
      check((await one.publish(signal)).repeated, "it is remembered at first");
      clock.advance(300_000);
      check(!(await one.publish(signal)).repeated, "it is forgotten after the window");
      await one.send({ body: { $case: "discover", value: {} } });
      check((await one.publish(signal)).repeated, "it is remembered after one other");
      await one.send({ body: { $case: "discover", value: {} } });
      check(!(await one.publish(signal)).repeated, "it is forgotten after too many others");
    },
  },
  {
    name: "refuses a Signal over the limit, accepts one at it, and the session lives on",
    requirements: ["COS-ENV-032", "COS-LIM-003", "COS-LIM-005"],
    limits: { signalBytes: 2_000 },
    run: async ({ peer }) => {
      const one = await peer("one");
      const draft = task(one, "ghost");
      const padded = (length: number): Uint8Array =>
        encodeSignal(
          one.make({
            ...draft,
            traceId: one.ids.traceId(),
            body: {
              $case: "task",
              value: { input: { mediaType: "", data: new Uint8Array(length), schema: "" }, context: undefined },
            },
          }),
        );
      const overhead = padded(1_000).length - 1_000;
      await one.refusedSignal(padded(2_001 - overhead), "TOO_LARGE");
      checkEqual(padded(2_000 - overhead).length, 2_000, "the size at the limit");
      checkEqual((await one.publish(padded(2_000 - overhead))).rejection, undefined, "at the limit");
    },
  },
  {
    name: "refuses what is malformed, shows it to nobody, and the session lives on",
    requirements: ["COS-ENV-028", "COS-TYPE-002", "COS-ENV-001", "COS-TYPE-013", "COS-OBS-009"],
    run: async ({ peer }) => {
      const [one, watcher] = [await peer("one"), await peer("watcher")];
      await watcher.observe();
      const fine = encodeSignal(one.make(task(one, "ghost")));
      await one.refusedSignal(fine.subarray(0, fine.length - 1), "MALFORMED");
      await one.refusedSignal(new Uint8Array(), "MALFORMED");
      await one.refusedSignal(new Uint8Array([255, 255, 255, 255, 255, 255]), "MALFORMED");
      await one.refused(task(one, "ghost", { id: "evt_1" }), "MALFORMED");
      await one.refused({ body: { $case: "register", value: registerOf("a b") } }, "MALFORMED");
      await watcher.fence();
      checkEqual(watcher.inbox.filter(({ note }) => note.type !== 27).length, 0, "Signals seen");
    },
  },
  {
    name: "drains: outcomes still come, new requests and sessions are refused",
    requirements: ["COS-SES-009", "COS-SES-015"],
    run: async ({ peer, synapse }) => {
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      const drained = synapse.drain();
      await asker.refused(task(asker, "thinker"), "UNAVAILABLE");
      checkEqual(await rejectionOf(peer("late")), "UNAVAILABLE", "a new session");
      await worker.send(output(work));
      await asker.nextReply("agentOutput");
      await drained;
      checkEqual((await asker.isOver.promise)?.code, "UNAVAILABLE", "why sessions end");
    },
  },
];

function registerOf(id: string): RegisterBody {
  const plain = { kind: "", capabilities: [], version: "", maxInFlight: 0, retrySafe: false, description: "" };
  return { ...plain, id, role: ParticipantRole.ENGRAM, storeId: "other" };
}
