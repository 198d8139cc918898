import { expect, test } from "vitest";
import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { errorName } from "../../errors/index.js";
import { createIdSource, createSignal, decodeSignal, encodeSignal, type SignalDraft } from "../../signal/index.js";
import { FakeClock } from "../../testing/index.js";
import type { HubSession } from "./model.js";
import { Hub } from "./hub.js";

const input = { input: undefined, context: undefined };
const thinker: RegisterBody = {
  id: "thinker",
  role: 1,
  kind: "",
  capabilities: [],
  version: "",
  maxInFlight: 65_536,
  retrySafe: true,
  storeId: "",
  description: "",
};

/** A hub whose sessions take nothing from their outboxes unless a test does. */
function start() {
  const clock = new FakeClock();
  const ids = createIdSource(clock);
  const hub = new Hub({ clock, limits: { sessionPending: 100_000 } });
  const open = (dendriteId: string) => hub.open({ namespace: "test", dendriteId, onEnded: () => undefined });
  const send = (session: HubSession, draft: Omit<SignalDraft, "source"> & { source?: string }): Signal => {
    const signal = createSignal({ source: session.dendriteId, ...draft }, ids, clock);
    const { rejection } = hub.publish(session, encodeSignal(signal));
    expect(rejection?.message).toBeUndefined();
    return signal;
  };
  return { clock, ids, hub, open, send };
}

function codesIn(session: HubSession): string[] {
  const codes: string[] = [];
  for (let item = session.outbox.take(); item !== undefined; item = session.outbox.take()) {
    const { body } = item.kind === "deliver" ? decodeSignal(item.signal) : { body: undefined };
    if (body?.$case === "error") codes.push(errorName(body.value.detail?.code ?? 0));
  }
  return codes;
}

test("work that goes as deep as it will ends in one step", () => {
  const { clock, ids, hub, open, send } = start();
  const [worker, asker] = [open("worker"), open("asker")];
  send(worker, { body: { $case: "register", value: thinker } });
  const traceId = ids.traceId();
  let parentId = send(asker, { traceId, body: { $case: "task", value: input } }).id;
  for (let depth = 1; depth < 6_000; depth += 1) {
    parentId = send(worker, { source: "thinker", traceId, parentId, body: { $case: "task", value: input } }).id;
  }

  clock.advance(60_000);

  expect(codesIn(asker)).toEqual(["DEADLINE_EXCEEDED"]);
  expect(hub.figures()).toMatchObject([{ requests: 0 }]);
});

test("who sent a part has the request, also if the link did not take it yet", () => {
  const { ids, hub, open, send } = start();
  const [worker, replica, asker] = [open("worker"), open("replica"), open("asker")];
  send(worker, { body: { $case: "register", value: thinker } });
  const traceId = ids.traceId();
  const { id: parentId } = send(asker, { traceId, body: { $case: "task", value: input } });
  send(replica, { body: { $case: "register", value: thinker } });
  const value = { output: undefined, part: 1, parts: 0 };
  send(worker, { source: "thinker", traceId, parentId, exchange: 3, body: { $case: "agentOutput", value } });

  hub.endSession(worker);

  expect(codesIn(asker)).toEqual(["WORKER_LOST"]);
  expect(replica.outbox.size).toBe(0);
});

test("a hub that is closed leaves no timer behind", () => {
  const { clock, ids, hub, open, send } = start();
  const asker = open("asker");
  const waitForRoute = { seconds: 60n, nanos: 0 };
  send(asker, { traceId: ids.traceId(), waitForRoute, body: { $case: "task", value: input } });

  hub.close();

  expect(clock.pending).toBe(0);
});
