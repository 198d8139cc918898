import { describe, expect, test } from "vitest";
import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import { Fanout, type Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { FinalStatus } from "../../../gen/cosmonapse/v1/task.js";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import type { CosmoError } from "../../errors/index.js";
import { createIdSource, createSignal, decodeSignal, encodeSignal, type SignalDraft } from "../../signal/index.js";
import { FakeClock } from "../../testing/index.js";
import { Hub } from "./hub.js";
import type { HubSession } from "./model.js";

const input = { input: undefined, context: undefined };
const neuron: RegisterBody = {
  id: "thinker",
  role: 1,
  kind: "",
  capabilities: [],
  version: "",
  maxInFlight: 2,
  retrySafe: true,
  storeId: "",
  description: "",
};

function start(limits: Partial<Limits> = {}) {
  const clock = new FakeClock();
  const ids = createIdSource(clock);
  const hub = new Hub({ clock, limits });
  const ended = new Map<string, CosmoError | undefined>();
  const open = (dendriteId: string, namespace = "test"): HubSession =>
    hub.open({ namespace, dendriteId, onEnded: (reason) => ended.set(dendriteId, reason) });
  const send = (session: HubSession, draft: Omit<SignalDraft, "source">): Signal => {
    const signal = createSignal({ source: session.dendriteId, ...draft }, ids, clock);
    expect(hub.publish(session, encodeSignal(signal)).rejection).toBeUndefined();
    return signal;
  };
  const register = (session: HubSession, parts: Partial<RegisterBody> = {}): Signal =>
    send(session, { body: { $case: "register", value: { ...neuron, ...parts } } });
  const ask = (session: HubSession, id = "thinker"): Signal =>
    send(session, {
      traceId: ids.traceId(),
      directed: { id, type: "", capabilities: [], fanout: Fanout.ONE },
      body: { $case: "task", value: input },
    });
  return { clock, hub, ended, open, register, ask };
}

/** The bodies that wait for a session's link. */
function bodiesIn({ outbox }: HubSession): Signal["body"][] {
  const bodies: Signal["body"][] = [];
  for (let item = outbox.take(); item !== undefined; item = outbox.take()) {
    if (item.kind === "deliver") bodies.push(decodeSignal(item.signal).body);
  }
  return bodies;
}

describe("participants", () => {
  test("are listed by id, with what they hold, where an address matches", () => {
    const { hub, open, register, ask } = start();
    const [worker, asker] = [open("worker"), open("asker")];
    register(worker, { id: "zeta", capabilities: ["cite"] });
    register(worker, { id: "alpha" });
    ask(asker, "zeta");
    const idsOf = (capabilities: string[]): string[] =>
      hub
        .participants("test", { id: "", type: "", capabilities, fanout: Fanout.ONE })
        .map(({ register: signal }) => (signal?.body?.$case === "register" ? signal.body.value.id : "none"));

    expect(idsOf([])).toEqual(["alpha", "zeta"]);
    expect(idsOf(["cite"])).toEqual(["zeta"]);
    expect(hub.participants("test")).toMatchObject([
      { dendriteId: "worker", inFlight: 0 },
      { dendriteId: "worker", inFlight: 1 },
    ]);
    expect(hub.participants("nowhere")).toEqual([]);
  });

  test("are suspect while their heartbeats are missing (COS-REG-013)", () => {
    const { clock, hub, open, register } = start();
    register(open("worker"));
    expect(hub.participants("test")).toMatchObject([{ suspect: false }]);
    clock.advance(hub.limits.heartbeatMs * 10);
    expect(hub.participants("test")).toMatchObject([{ suspect: true }]);
  });
});

describe("requests", () => {
  test("are listed oldest first, the first thousand of them, with how many there are (COS-GRPC-023)", () => {
    const { clock, hub, open, register, ask } = start({ sessionPending: 2_000, addressQueue: 2_000 });
    const [worker, asker] = [open("worker"), open("asker")];
    register(worker);
    const asked = [ask(asker).id];
    clock.advance(5);
    for (let count = 1; count < 1_001; count += 1) asked.push(ask(asker).id);

    const { requests, total } = hub.requests("test");

    expect(total).toBe(1_001);
    expect(requests.map(({ id }) => id)).toEqual(asked.slice(0, 1_000));
    expect(requests[0]).toMatchObject({ ageMs: 5n, remainingMs: 59_995n, attempt: 1, waitingFor: ["thinker"] });
    expect(requests[999]).toMatchObject({ ageMs: 0n, remainingMs: 60_000n, attempt: 0 });
    expect(hub.requests("nowhere")).toEqual({ requests: [], total: 0 });
  });
});

describe("a namespace that is stopped", () => {
  test("closes every trace as a STOP does and keeps its sessions (COS-GRPC-022)", () => {
    const { hub, ended, open, register, ask } = start();
    const [worker, asker, other] = [open("worker"), open("asker"), open("other", "elsewhere")];
    register(worker);
    const given = ask(asker);
    bodiesIn(worker);
    ask(asker);
    ask(other, "ghost");

    const stopped = hub.stopNamespace("test", "lunch", false);

    expect(stopped).toEqual({ traces: 2, requests: 2, sessions: 0, failures: [] });
    const final = { $case: "final", value: { status: FinalStatus.STOPPED, detail: { message: "lunch" } } };
    const cancelled = { $case: "error", value: { detail: { message: "The trace was stopped: lunch" } } };
    expect(bodiesIn(asker)).toMatchObject([cancelled, final, cancelled, final]);
    expect(bodiesIn(worker)).toMatchObject([{ $case: "error" }]);
    expect(hub.publish(asker, encodeSignal(given))).toMatchObject({ repeated: true });
    expect(hub.figures()).toMatchObject([
      { namespace: "elsewhere", sessions: 1 },
      { namespace: "test", sessions: 2, requests: 0, traces: 0 },
    ]);
    expect(ended.size).toBe(0);
    expect(hub.stopNamespace("test", "", false)).toEqual({ traces: 0, requests: 0, sessions: 0, failures: [] });
  });

  test("ends its sessions and no others where that is asked for", () => {
    const { hub, ended, open } = start();
    open("one");
    open("two");
    open("other", "elsewhere");

    expect(hub.stopNamespace("test", "lunch", true)).toMatchObject({ sessions: 2 });
    expect(hub.stopNamespace("nowhere", "lunch", true)).toMatchObject({ sessions: 0 });

    expect([...ended.keys()]).toEqual(["one", "two"]);
    expect(ended.get("one")).toMatchObject({ code: "CANCELLED", message: expect.stringContaining("lunch") });
  });
});

describe("what a namespace counts", () => {
  test("has what an observer missed although nobody could tell it yet", () => {
    const { hub, open, ask } = start({ observerSignals: 2 });
    const [asker, watcher] = [open("asker"), open("watcher")];
    hub.subscribe(watcher, "watch", { types: [17], traceIds: [], participants: [] });

    for (let count = 0; count < 5; count += 1) ask(asker, "ghost");

    expect(hub.figures()).toMatchObject([{ counters: { missed: 3, gaps: 0 } }]);
    bodiesIn(watcher);
    expect(hub.figures()).toMatchObject([{ counters: { missed: 3, gaps: 1 } }]);
  });

  test("has requests that were given again, and what links took with its bytes", () => {
    const { hub, open, register, ask } = start();
    const [worker, replica, asker] = [open("worker"), open("replica"), open("asker")];
    register(worker);
    const task = ask(asker);
    register(replica);
    bodiesIn(worker);
    expect(hub.figures()).toMatchObject([{ waiting: 0, counters: { redelivered: 0, delivered: 1 } }]);

    hub.endSession(worker);

    expect(hub.figures()).toMatchObject([
      { waiting: 1, counters: { redelivered: 1, delivered: 1, deliveredBytes: encodeSignal(task).length } },
    ]);
  });
});
