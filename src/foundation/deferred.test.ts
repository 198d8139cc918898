import { describe, expect, test } from "vitest";
import { createDeferred, nextTurn } from "./index.js";

describe("a deferred", () => {
  test("settles once", async () => {
    const { promise, resolve, reject } = createDeferred<number>();
    resolve(1);
    resolve(2);
    reject(new Error("late"));
    expect(await promise).toBe(1);
  });

  test("hands its reason to who awaits it", async () => {
    const { promise, reject } = createDeferred<never>();
    reject("reason");
    await expect(promise).rejects.toBe("reason");
  });
});

test("the next turn comes after all microtasks of this one", async () => {
  const order: string[] = [];
  const turn = createDeferred<void>();
  nextTurn(() => {
    order.push("turn");
    turn.resolve();
  });
  await Promise.resolve().then(() => order.push("microtask"));
  await turn.promise;
  expect(order).toEqual(["microtask", "turn"]);
});
