import { describe, expect, test } from "vitest";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, createErrorDetail } from "../errors/index.js";
import { createIdSource, createSignal } from "../signal/index.js";
import { FakeClock } from "../testing/index.js";
import { ObservationQueue, type Observation } from "./index.js";

const clock = new FakeClock();
const ids = createIdSource(clock);
const signal: Signal = createSignal({ source: "a", body: { $case: "discover", value: {} } }, ids, clock);

function seen(position: number): Observation {
  return { kind: "signal", signal, type: 27, position: BigInt(position), asked: [], attempt: 0 };
}

function refused(): Observation {
  return { kind: "refused", signal, type: 27, reason: createErrorDetail("LATE", "") };
}

function openQueue(boundMax: number): { queue: ObservationQueue; ends: number[] } {
  const ends: number[] = [];
  return { queue: new ObservationQueue({ boundMax, onEnd: () => ends.push(1) }), ends };
}

/** What waits in a queue, in short. */
async function drain(queue: ObservationQueue): Promise<string[]> {
  queue.end();
  const found: string[] = [];
  for await (const one of queue) found.push(short(one));
  return found;
}

function short(one: Observation): string {
  if (one.kind === "gap") return `gap ${one.first}-${one.last} ${one.missed}`;
  return one.kind === "signal" ? `${one.position}` : one.kind;
}

describe("a queue of observations", () => {
  test("hands over what came, in order, and then ends", async () => {
    const { queue, ends } = openQueue(10);
    for (const position of [1, 2, 3]) queue.push(seen(position));

    expect(await drain(queue)).toEqual(["1", "2", "3"]);
    expect(ends).toEqual([1]);
  });

  test("makes one gap of what does not fit, with its ends and a count", async () => {
    const { queue } = openQueue(2);
    for (const position of [1, 2, 5, 7, 9]) queue.push(seen(position));

    expect(await drain(queue)).toEqual(["1", "2", "gap 5-9 3"]);
  });

  test("shows a gap before what follows it", async () => {
    const { queue } = openQueue(1);
    queue.push(seen(1));
    queue.push(seen(2));
    const items = queue[Symbol.asyncIterator]();
    expect(short((await items.next()).value ?? refused())).toBe("1");
    queue.push(seen(3));

    const found: string[] = [];
    for (let step = 0; step < 2; step += 1) found.push(short((await items.next()).value ?? refused()));
    expect(found).toEqual(["gap 2-2 1", "3"]);
  });

  test("joins the gaps of the Synapse with its own", async () => {
    const { queue } = openQueue(1);
    queue.push(seen(1));
    queue.push(seen(2));
    queue.push({ kind: "gap", first: 3n, last: 6n, missed: 2n });
    queue.push(seen(7));

    expect(await drain(queue)).toEqual(["1", "gap 2-7 4"]);
  });

  test("bounds refused replies too, which have no number of their own", async () => {
    const { queue } = openQueue(2);
    queue.push(seen(4));
    for (let count = 0; count < 3; count += 1) queue.push(refused());

    expect(await drain(queue)).toEqual(["4", "refused", "gap 4-4 2"]);
  });

  test("holds the whole snapshot, however long", async () => {
    const { queue } = openQueue(1);
    for (let count = 0; count < 3; count += 1) queue.push({ kind: "snapshot", signal });
    queue.push({ kind: "live", position: 9n });

    expect(await drain(queue)).toEqual(["snapshot", "snapshot", "snapshot", "live"]);
  });

  test("throws the reason of its end after what is there, and takes nothing more", async () => {
    const { queue, ends } = openQueue(10);
    queue.push(seen(1));
    queue.end(new CosmoError("OUTCOME_UNKNOWN"));
    queue.end();
    queue.push(seen(2));

    const items = queue[Symbol.asyncIterator]();
    expect(short((await items.next()).value ?? refused())).toBe("1");
    await expect(items.next()).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect([queue.isEnded, ends]).toEqual([true, [1]]);
  });

  test("ends when its consumer breaks off", async () => {
    const { queue, ends } = openQueue(10);
    queue.push(seen(1));

    for await (const one of queue) {
      expect(short(one)).toBe("1");
      break;
    }

    expect([queue.isEnded, ends]).toEqual([true, [1]]);
  });

  test("wakes a consumer that waits, for what comes and for the end", async () => {
    const { queue } = openQueue(10);
    const items = queue[Symbol.asyncIterator]();
    const first = items.next();
    queue.push(seen(1));
    expect(short((await first).value ?? refused())).toBe("1");
    const last = items.next();
    queue.end();
    expect((await last).done).toBe(true);
  });

  test("has one consumer", async () => {
    const { queue } = openQueue(10);
    const items = queue[Symbol.asyncIterator]();
    const first = items.next();

    await expect(queue[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    queue.push(seen(1));
    expect((await first).done).toBe(false);
  });
});
