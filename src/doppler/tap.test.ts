import { expect, test } from "vitest";
import { Right, type ObserveFilter } from "../../gen/cosmonapse/v1/frames.js";
import { nextTurn } from "../foundation/index.js";
import { CosmoError } from "../errors/index.js";
import type { Session, SessionReceiver, SessionRequest, Synapse } from "../synapse/index.js";
import { FakeClock } from "../testing/index.js";
import { Tap, type DopplerRecord } from "./index.js";
import { taskRecord } from "../testing/records/index.js";

/** A Synapse that does what a test says, and remembers what was asked. */
class Stage implements Synapse {
  readonly requests: SessionRequest[] = [];
  readonly receivers: SessionReceiver[] = [];
  closed = 0;
  /** What the next sessions are refused with. */
  readonly refusals: CosmoError[] = [];

  connect(): Promise<void> {
    return Promise.resolve();
  }

  open(request: SessionRequest, receiver: SessionReceiver): Promise<Session> {
    this.requests.push(request);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return Promise.reject(refusal);
    this.receivers.push(receiver);
    const subscribe = (subscriptionId: string, _filter: ObserveFilter): Promise<bigint> => {
      receiver.live({ subscriptionId, position: 1n, rejection: undefined });
      return Promise.resolve(1n);
    };
    const close = (): Promise<void> => {
      this.closed += 1;
      return Promise.resolve();
    };
    // What a tap uses of a session.
    return Promise.resolve({ id: "s", subscribe, close } as unknown as Session);
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

const note = {
  reason: 4,
  position: 7n,
  type: 17,
  attempt: 1,
  remaining: undefined,
  participant: "",
  asked: ["planner"],
  refused: undefined,
  subscriptionId: "doppler",
  requestId: "",
} as const;
const delivered = { ...note, asked: [...note.asked] };

async function next(records: AsyncIterator<DopplerRecord>): Promise<DopplerRecord | undefined> {
  const { value, done } = await records.next();
  return done === true ? undefined : value;
}

test("a tap asks for the right to observe only, numbers what it sees, and ends its session", async () => {
  const synapse = new Stage();
  const records = new Tap({ synapse, namespace: "demo" })[Symbol.asyncIterator]();
  expect(await next(records)).toMatchObject({ kind: "note", about: "live" });

  const { bytes } = taskRecord();
  await synapse.receivers[0]?.deliver(bytes, { ...delivered, reason: 5, position: 0n });
  await synapse.receivers[0]?.deliver(bytes, delivered);
  const seen = [await next(records), await next(records)];
  await records.return?.();

  expect(seen).toMatchObject([
    { number: 1, isSnapshot: true },
    { number: 2, isSnapshot: false, position: 7n, asked: ["planner"], bytes },
  ]);
  expect(synapse.requests).toMatchObject([{ namespace: "demo", rights: [Right.OBSERVE] }]);
  expect(synapse.closed).toBe(1);
});

test("what is missing or cannot be read is a gap with its count and reason", async () => {
  const synapse = new Stage();
  const records = new Tap({ synapse, namespace: "demo" })[Symbol.asyncIterator]();
  await next(records);

  synapse.receivers[0]?.gap({ subscriptionId: "doppler", first: 3n, last: 9n, missed: 4n });
  await synapse.receivers[0]?.deliver(Uint8Array.of(255), delivered);

  expect(await next(records)).toMatchObject({ kind: "gap", missed: 4n, first: 3n, last: 9n });
  expect(await next(records)).toMatchObject({ kind: "gap", missed: 1n, first: 7n, last: 7n, reason: /cannot be read/ });
  await records.return?.();
});

test("a consumer that does not read makes the Synapse wait, and memory stays bounded", async () => {
  const synapse = new Stage();
  const records = new Tap({ synapse, namespace: "demo", waitingMax: 2 })[Symbol.asyncIterator]();
  await next(records);
  const { bytes } = taskRecord();

  expect(synapse.receivers[0]?.deliver(bytes, delivered)).toBeUndefined();
  const waits = synapse.receivers[0]?.deliver(bytes, delivered);
  expect(waits).toBeInstanceOf(Promise);
  await next(records);
  await waits;
  await records.return?.();
});

test("a lost session is opened again, with a note and a gap of unknown size", async () => {
  const synapse = new Stage();
  const clock = new FakeClock();
  const records = new Tap({ synapse, namespace: "demo", clock })[Symbol.asyncIterator]();
  await next(records);

  synapse.refusals.push(new CosmoError("UNAVAILABLE", "still away"));
  synapse.receivers[0]?.ended(new CosmoError("SESSION_LOST", "cut off"));
  expect(await next(records)).toMatchObject({ kind: "note", about: "lost", text: expect.stringContaining("cut off") });
  expect(await next(records)).toMatchObject({ kind: "gap", missed: undefined, reason: "the session was lost" });
  const again = next(records);
  clock.advance(10_000);
  await new Promise<void>((resolve) => nextTurn(resolve));
  clock.advance(10_000);

  expect(await again).toMatchObject({ kind: "note", about: "live" });
  expect(synapse.requests).toHaveLength(3);
  await records.return?.();
});

test("a refusal is thrown, of the first session at once and of a later one when trying again mends nothing", async () => {
  const synapse = new Stage();
  const clock = new FakeClock();
  synapse.refusals.push(new CosmoError("UNAVAILABLE", "nobody"));
  await expect(next(new Tap({ synapse, namespace: "demo", clock })[Symbol.asyncIterator]())).rejects.toThrow("nobody");

  const records = new Tap({ synapse, namespace: "demo", clock })[Symbol.asyncIterator]();
  await next(records);
  synapse.refusals.push(new CosmoError("UNAUTHENTICATED", "withdrawn"));
  synapse.receivers[0]?.ended(undefined);
  await next(records);
  await next(records);
  const failed = next(records);
  clock.advance(10_000);
  await expect(failed).rejects.toThrow("withdrawn");
});

test("abort ends it, also while it waits for a lost Synapse", async () => {
  const synapse = new Stage();
  const abort = new AbortController();
  const records = new Tap({ synapse, namespace: "demo", abort: abort.signal, clock: new FakeClock() })[
    Symbol.asyncIterator
  ]();
  await next(records);
  synapse.receivers[0]?.ended(undefined);
  await next(records);
  await next(records);
  const last = next(records);
  abort.abort();

  expect(await last).toBeUndefined();
});
