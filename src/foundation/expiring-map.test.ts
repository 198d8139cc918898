import { describe, expect, test } from "vitest";
import { ExpiringMap } from "./expiring-map.js";

describe("ExpiringMap", () => {
  test("keeps a value until its time has passed", () => {
    const map = new ExpiringMap<string>({ ttlMs: 10, sizeMax: 5 });
    map.set("a", "one", 0);
    expect(map.get("a", 9)).toBe("one");
    expect(map.get("a", 10)).toBeUndefined();
  });

  test("forgets the oldest when there are too many", () => {
    const map = new ExpiringMap<number>({ ttlMs: 10, sizeMax: 2 });
    for (const [index, key] of ["a", "b", "c"].entries()) map.set(key, index, 0);
    expect(["a", "b", "c"].map((key) => map.get(key, 1))).toEqual([undefined, 1, 2]);
    expect(map.size).toBe(2);
  });

  test("keeps a value that was set anew, from then on", () => {
    const map = new ExpiringMap<number>({ ttlMs: 10, sizeMax: 2 });
    map.set("a", 1, 0);
    map.set("b", 2, 1);
    map.set("a", 3, 5);
    map.set("c", 4, 6);
    expect(["a", "b", "c"].map((key) => map.get(key, 12))).toEqual([3, undefined, 4]);
  });

  test("drops what has expired when something new comes", () => {
    const map = new ExpiringMap<number>({ ttlMs: 10, sizeMax: 100 });
    for (let index = 0; index < 50; index += 1) map.set(`${index}`, index, 0);
    map.set("new", 1, 10);
    expect(map.size).toBe(1);
  });

  test("stays within its bound over many more entries than it keeps", () => {
    const map = new ExpiringMap<number>({ ttlMs: 1_000_000, sizeMax: 100 });
    for (let index = 0; index < 20_000; index += 1) map.set(`${index % 5_000}`, index, index);
    expect(map.size).toBe(100);
    expect(map.get("4999", 20_000)).toBe(19_999);
    expect(map.get("4900", 20_000)).toBe(19_900);
    expect(map.get("4899", 20_000)).toBeUndefined();
  });
});
