import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DedupWindow } from "./dedup-window.js";
import { acceptedReceipt } from "./notes.js";

const idOf = (count: number): string => `evt_${count.toString().padStart(26, "0")}`;

describe("a DedupWindow", () => {
  test("knows what a plain list of the latest ids knows, at every step", () => {
    const steps = fc.array(
      fc.record({ principal: fc.constantFrom("a", "b"), id: fc.nat(30), print: fc.nat(1), passMs: fc.nat(3) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }), (all, idsMax, windowMs) => {
        const window = new DedupWindow({ windowMs, idsMax });
        let model: { key: string; print: number; position: number; expiresMs: number }[] = [];
        let nowMs = 0;
        for (const [position, { principal, id, print, passMs }] of all.entries()) {
          nowMs += passMs;
          const key = `${principal} ${id}`;
          const known = model.find((one) => one.key === key && one.expiresMs > nowMs);
          const verdict = window.find({ principal, id: idOf(id), print }, nowMs);
          if (known === undefined) {
            expect(verdict).toEqual({ kind: "new" });
            window.remember({ principal, id: idOf(id), print }, acceptedReceipt(position), nowMs);
            model.push({ key, print, position, expiresMs: nowMs + windowMs });
            model = model.filter(({ expiresMs }) => expiresMs > nowMs).slice(-idsMax);
          } else if (known.print === print) {
            expect(verdict).toEqual({ kind: "repeat", receipt: acceptedReceipt(known.position) });
          } else {
            expect(verdict).toEqual({ kind: "reused" });
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("grows to its bound, and keeps exactly the latest", () => {
    const window = new DedupWindow({ windowMs: 1_000, idsMax: 3_000 });
    const key = (count: number) => ({ principal: "a", id: idOf(count), print: count });
    for (let count = 0; count < 10_000; count += 1) window.remember(key(count), acceptedReceipt(count), 0);
    const known = Array.from({ length: 10_000 }, (_, count) => window.find(key(count), 0).kind === "repeat");
    expect([known.indexOf(true), known.filter(Boolean).length]).toEqual([7_000, 3_000]);
  });

  test("gives the receipt of a request again with those who were asked", () => {
    const window = new DedupWindow({ windowMs: 1_000, idsMax: 10 });
    const key = { principal: "a", id: idOf(1), print: 1 };
    window.remember(key, acceptedReceipt(7, ["one", "two"]), 0);
    expect(window.find(key, 0)).toEqual({ kind: "repeat", receipt: acceptedReceipt(7, ["one", "two"]) });
  });
});
