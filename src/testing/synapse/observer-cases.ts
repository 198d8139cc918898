import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import { createDeferred } from "../../foundation/index.js";
import { CosmoError } from "../../errors/index.js";
import { check, checkEqual } from "../check.js";
import type { SynapseCase } from "./case.js";
import { output, subTask, task } from "./drafts.js";

async function codeOfRejection(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return thrown instanceof CosmoError ? thrown.code : "no typed rejection";
}

/** What observers see. */
export const observerCases: readonly SynapseCase[] = [
  {
    name: "shows each accepted Signal once, numbered, requests before replies",
    requirements: ["COS-OBS-001", "COS-OBS-005", "COS-OBS-010", "COS-ORD-002"],
    run: async ({ peer }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      const live = await watcher.observe();
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      await worker.send(output(await worker.nextWork()));
      await asker.send(task(asker, "ghost"));
      const seen: unknown[] = [];
      for (let count = 0; count < 5; count += 1) {
        const { signal, note } = await watcher.nextObserved();
        seen.push([signal.body?.$case, Number(note.position - live), note.asked, note.attempt]);
      }
      const due = [
        ["register", 0, [], 0],
        ["task", 1, ["thinker"], 0],
        ["agentOutput", 2, [], 1],
        ["task", 3, [], 0],
        ["error", 4, [], 0],
      ];
      checkEqual(seen, due, "what is seen");
    },
  },
  {
    name: "begins with a snapshot of the live registrations, then a Live",
    requirements: ["COS-OBS-004"],
    run: async ({ peer }) => {
      const [worker, gone, watcher] = [await peer("worker"), await peer("gone"), await peer("watcher")];
      await worker.registerNeuron("a");
      await worker.registerEngram("b");
      await gone.registerNeuron("c");
      await gone.close();
      const position = await watcher.observe();
      const ids = watcher.inbox.map(({ signal, note }) => [
        signal.body?.$case === "register" ? signal.body.value.id : "",
        note.reason,
        Number(note.position),
      ]);
      checkEqual(
        ids,
        [
          ["a", 5, 0],
          ["b", 5, 0],
        ],
        "the snapshot",
      );
      checkEqual(watcher.lives.at(-1)?.position, position, "the Live");
      await worker.registerNeuron("d");
      checkEqual((await watcher.nextObserved("register")).note.position, position, "the first that follows");
    },
  },
  {
    name: "filters by type, trace and participant, each part that is given",
    requirements: ["COS-OBS-006"],
    run: async ({ peer }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      await worker.registerNeuron("other");
      const traceId = asker.ids.traceId();
      await watcher.observe({ types: [17] }, "types");
      await watcher.observe({ traceIds: [traceId] }, "traces");
      await watcher.observe({ participants: ["other"] }, "participants");
      await watcher.observe({ types: [18], traceIds: [traceId] }, "both");
      await asker.send(task(asker, "thinker", { traceId }));
      await worker.send(output(await worker.nextWork()));
      await asker.send(task(asker, "other"));
      await worker.send(output(await worker.nextWork()));
      await watcher.fence();
      const count = (id: string): number =>
        watcher.inbox.filter(({ note }) => note.reason === 4 && note.subscriptionId === id).length;
      checkEqual(["types", "traces", "participants", "both"].map(count), [2, 2, 2, 1], "how many each sees");
    },
  },
  {
    name: "tells a slow observer what it missed, with numbers and a count",
    requirements: ["COS-OBS-007", "COS-OBS-008", "COS-OBS-001"],
    limits: { unacknowledged: 1, observerSignals: 3 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const slow = await peer("slow", { slow: unblocked.promise });
      const [asker, quick] = [await peer("asker"), await peer("quick")];
      await slow.observe({ types: [17] });
      await quick.observe({ types: [17] });
      const positions: number[] = [];
      for (let count = 0; count < 20; count += 1) {
        positions.push(Number((await asker.send(task(asker, "ghost"))).receipt.position));
        await quick.nextObserved("task");
      }
      unblocked.resolve();
      await slow.fence();
      const seen = slow.inbox.filter(({ note }) => note.reason === 4).map(({ note }) => Number(note.position));
      check(seen.length < 20 && slow.gaps.length > 0, "some did not fit");
      const missed = slow.gaps.map(({ first, last, missed: count }) => {
        const inside = positions.filter((position) => position >= Number(first) && position <= Number(last));
        checkEqual(inside.length, Number(count), "the count of a gap");
        checkEqual(
          inside.some((position) => seen.includes(position)),
          false,
          "a gap covers nothing that was seen",
        );
        return inside;
      });
      checkEqual(
        [...seen, ...missed.flat()].sort((one, other) => one - other),
        positions,
        "seen and missed together",
      );
    },
  },
  {
    name: "tells of a gap at the end of what was seen, without being asked",
    requirements: ["COS-OBS-007"],
    limits: { unacknowledged: 1, observerSignals: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const slow = await peer("slow", { slow: unblocked.promise });
      const asker = await peer("asker");
      await slow.observe({ types: [17] });
      for (let count = 0; count < 5; count += 1) await asker.send(task(asker, "ghost"));
      await slow.nextObserved("task");
      unblocked.resolve();
      await slow.gapTold();
    },
  },
  {
    name: "counts only accepted Signals in a gap, and no reply that was refused",
    requirements: ["COS-OBS-007"],
    limits: { unacknowledged: 1, observerSignals: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const slow = await peer("slow", { slow: unblocked.promise });
      const [worker, asker] = [await peer("worker"), await peer("asker")];
      await slow.observe({ types: [17, 18] });
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await slow.nextObserved("task");
      const { receipt } = await worker.send(output(work));
      for (let count = 0; count < 3; count += 1) await worker.refused(output(work), "LATE");
      unblocked.resolve();
      await slow.fence();
      const seen = slow.inbox.map(({ note }) => note.position).filter((position) => position > 0n);
      checkEqual([seen, slow.gaps.length], [[receipt.position], 0], "what was told");
    },
  },
  {
    name: "bounds what waits for an observer in bytes as well",
    requirements: ["COS-OBS-007"],
    limits: { unacknowledged: 1, observerBytes: 1_000 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const slow = await peer("slow", { slow: unblocked.promise });
      const asker = await peer("asker");
      await slow.observe({ types: [17] });
      for (let count = 0; count < 30; count += 1) await asker.send(task(asker, "ghost"));
      unblocked.resolve();
      await slow.fence();
      check(slow.gaps.length > 0, "there is a gap");
    },
  },
  {
    name: "lets a session without the right observe only traces that it opened",
    requirements: ["COS-OBS-003"],
    run: async ({ peer }) => {
      const [plain, other] = [await peer("plain", { rights: [Right.PARTICIPATE] }), await peer("other")];
      const { signal } = await plain.send(task(plain, "ghost"));
      const { signal: foreign } = await other.send(task(other, "ghost"));
      checkEqual(await codeOfRejection(plain.observe()), "PERMISSION_DENIED", "the namespace");
      checkEqual(
        await codeOfRejection(plain.observe({ traceIds: [signal.traceId, foreign.traceId] })),
        "PERMISSION_DENIED",
        "a foreign trace",
      );
      await plain.observe({ traceIds: [signal.traceId] });
    },
  },
  {
    name: "delivers nothing more after an unsubscribe",
    requirements: ["COS-OBS-011"],
    run: async ({ peer }) => {
      const [asker, watcher] = [await peer("asker"), await peer("watcher")];
      await watcher.observe({ types: [17] });
      await watcher.session.unsubscribe("watch");
      await watcher.session.unsubscribe("unknown");
      await asker.send(task(asker, "ghost"));
      await watcher.fence();
      checkEqual(watcher.inbox.length, 0, "deliveries");
    },
  },
  {
    name: "drops what waits for a slow observer when it unsubscribes",
    requirements: ["COS-OBS-011"],
    limits: { unacknowledged: 1 },
    run: async ({ peer }) => {
      const unblocked = createDeferred<void>();
      const [slow, asker] = [await peer("slow", { slow: unblocked.promise }), await peer("asker")];
      await slow.observe({ types: [17] });
      for (let count = 0; count < 5; count += 1) await asker.send(task(asker, "ghost"));
      await slow.nextObserved("task");
      // What it has in hand keeps the answer from it, but not the question from the Synapse.
      const unsubscribed = slow.session.unsubscribe("watch");
      await asker.fence();
      unblocked.resolve();
      await unsubscribed;
      await slow.fence();
      checkEqual(slow.inbox.length, 0, "deliveries after it");
    },
  },
  {
    name: "shows no reply that was refused for another reason, and no request that was refused",
    requirements: ["COS-OBS-009"],
    run: async ({ peer }) => {
      const [worker, asker, watcher] = [await peer("worker"), await peer("asker"), await peer("watcher")];
      await worker.registerNeuron("thinker");
      await asker.send(task(asker, "thinker"));
      const work = await worker.nextWork();
      await watcher.observe({ types: [17, 18, 24] });
      await asker.refused(output(work, { source: "asker" }), "PERMISSION_DENIED");
      await worker.refused(output(work, { traceId: worker.ids.traceId() }), "MALFORMED");
      await worker.send(output(work));
      await worker.refused(subTask(work, "thinker"), "LATE");
      await worker.refused(output(work), "LATE");
      const [good, late] = [await watcher.nextObserved(), await watcher.nextObserved()];
      checkEqual([good.note.refused, late.note.refused?.code], [undefined, 11], "what is seen");
      await watcher.fence();
      checkEqual(watcher.inbox.filter(({ note }) => note.reason === 4).length, 0, "what else is seen");
    },
  },
  {
    name: "replaces a subscription of the same id, refuses a wrong one and too many",
    requirements: ["COS-OBS-002", "COS-OBS-012", "COS-LIM-004"],
    limits: { subscriptions: 2 },
    run: async ({ peer }) => {
      const [asker, watcher] = [await peer("asker"), await peer("watcher")];
      checkEqual(await codeOfRejection(watcher.observe({}, "no name")), "MALFORMED", "a wrong id");
      await watcher.observe({ types: [17] }, "a");
      await watcher.observe({ types: [17] }, "b");
      checkEqual(await codeOfRejection(watcher.observe({}, "c")), "OVERLOADED", "one too many");
      await watcher.observe({ types: [24] }, "a");
      await asker.send(task(asker, "ghost"));
      await watcher.fence();
      const seen = watcher.inbox.map(({ note }) => `${note.subscriptionId} ${note.type}`);
      checkEqual(seen.sort(), ["a 24", "b 17"], "who sees what");
    },
  },
];
