import fc from "fast-check";
import { expect, test } from "vitest";
import { ExpiryHeap } from "./expiry-heap.js";

test("takes what has expired, the first to expire first, and nothing else", () => {
  const times = fc.array(fc.nat(50), { maxLength: 300, size: "max" });
  fc.assert(
    fc.property(times, fc.nat(60), (list, nowMs) => {
      const heap = new ExpiryHeap();
      for (const [index, expiresAtMs] of list.entries()) heap.add({ id: String(index), expiresAtMs }, () => true);
      const taken: number[] = [];
      for (let next = heap.takeExpired(nowMs); next !== undefined; next = heap.takeExpired(nowMs)) {
        taken.push(next.expiresAtMs);
      }
      expect(taken).toEqual(list.filter((time) => time <= nowMs).sort((left, right) => left - right));
    }),
  );
});

test("drops what is out of date instead of growing", () => {
  const heap = new ExpiryHeap();
  let asked = 0;
  for (let index = 0; index < 10_000; index += 1) {
    heap.add({ id: "same", expiresAtMs: 1_000_000 - index }, () => {
      asked += 1;
      return false;
    });
  }
  let left = 0;
  while (heap.takeExpired(1_000_000) !== undefined) left += 1;

  expect(left).toBeLessThanOrEqual(64);
  expect(asked).toBeLessThanOrEqual(10_000);
});

test("keeps the order when it drops what is out of date", () => {
  const heap = new ExpiryHeap();
  for (let index = 0; index < 65; index += 1) {
    heap.add({ id: String(index), expiresAtMs: 100 - index }, ({ id }) => Number(id) % 2 === 1);
  }
  const order: number[] = [];
  for (let next = heap.takeExpired(200); next !== undefined; next = heap.takeExpired(200)) order.push(next.expiresAtMs);

  expect(order).toEqual([...order].sort((left, right) => left - right));
  expect(order).toHaveLength(33);
});
