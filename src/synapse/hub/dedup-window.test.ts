import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DedupWindow, fingerprint } from "./dedup-window.js";
import { acceptedReceipt } from "./notes.js";

describe("a fingerprint", () => {
  test("is that of equal bytes, wherever they stand, and of no bytes that differ in one place", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, by) => {
          const shifted = new Uint8Array([7, 7, 7, ...bytes]).subarray(3);
          const changed = Uint8Array.from(bytes, (byte, index) => (index === at % bytes.length ? byte ^ by : byte));
          expect(fingerprint(shifted)).toBe(fingerprint(bytes));
          expect(fingerprint(changed)).not.toBe(fingerprint(bytes));
          expect(fingerprint(bytes.subarray(1))).not.toBe(fingerprint(bytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

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
          const verdict = window.find({ principal, id: `${id}`, print }, nowMs);
          if (known === undefined) {
            expect(verdict).toEqual({ kind: "new" });
            window.remember({ principal, id: `${id}`, print }, acceptedReceipt(position), nowMs);
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
    const key = (count: number) => ({ principal: "a", id: `evt_${count}`, print: count });
    for (let count = 0; count < 10_000; count += 1) window.remember(key(count), acceptedReceipt(count), 0);
    const known = Array.from({ length: 10_000 }, (_, count) => window.find(key(count), 0).kind === "repeat");
    expect([known.indexOf(true), known.filter(Boolean).length]).toEqual([7_000, 3_000]);
  });
});
