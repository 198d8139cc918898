import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import { createDeferred } from "../../foundation/index.js";
import {
  createCall,
  createImprint,
  createRecall,
  FakeClock,
  engramBattery,
  runEngramBattery,
} from "../../testing/index.js";
import { IMPRINT_WINDOW_MS, TOMBSTONE_WINDOW_MS, type Engram } from "../index.js";
import { InMemoryEngram } from "./index.js";

async function open(clock: FakeClock): Promise<Engram> {
  return new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock });
}

describe("InMemoryEngram keeps the battery", () => {
  test.each(engramBattery)("$group: $name", async ({ run }) => {
    expect(await run(open)).toEqual([]);
  });
});

describe("InMemoryEngram", () => {
  test("says what it is, and names another store each time", async () => {
    const first = new InMemoryEngram({ engramId: "ctx", engramKind: "context" });
    const second = new InMemoryEngram({ engramId: "ctx", engramKind: "context" });

    expect(first).toMatchObject({ engramId: "ctx", engramKind: "context", durability: Durability.MEMORY });
    expect((await first.open("demo")).storeId).not.toBe((await second.open("demo")).storeId);
  });

  test("takes its ids from the source that it is given", async () => {
    let made = 0;
    const ids = (): string => String((made += 1)).padStart(26, "0");
    await using engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context", ids });
    await engram.open("vectors");

    const receipt = await engram.imprint(createImprint("ADD", "{}"), createCall());

    expect(receipt.id).toBe("eng_00000000000000000000000002");
  });

  test("refuses the cursor of another store", async () => {
    const clock = new FakeClock();
    await using first = await open(clock);
    await using second = await open(clock);
    for (const engram of [first, second]) {
      await engram.open("vectors");
      await engram.imprint(createImprint("ADD", "{}"), createCall({ signalId: "a" }));
      await engram.imprint(createImprint("ADD", "{}"), createCall({ signalId: "b" }));
    }
    const { cursor } = await first.recall(createRecall({ topK: 1 }), createCall());

    await expect(second.recall(createRecall({ topK: 1, cursor }), createCall())).rejects.toThrow("[INVALID_CURSOR]");
  });

  test("forgets the version of a key a day after its entry was deleted, and not before", async () => {
    const clock = new FakeClock();
    await using engram = await open(clock);
    await engram.open("vectors");
    let imprints = 0;
    const imprint = async (op: "ADD" | "DELETE"): Promise<number> => {
      imprints += 1;
      const call = createCall({ signalId: `imprint-${imprints}` });
      return Number((await engram.imprint(createImprint(op, "{}", { mergeKey: "k" }), call)).version);
    };
    await imprint("ADD");
    await imprint("DELETE");
    clock.advance(TOMBSTONE_WINDOW_MS - 1);
    expect([await imprint("ADD"), await imprint("DELETE")]).toEqual([3, 4]);
    clock.advance(TOMBSTONE_WINDOW_MS);
    expect(await imprint("ADD")).toBe(1);
  });

  test("remembers an imprint id for longer than any request may last", () => {
    expect(IMPRINT_WINDOW_MS).toBeGreaterThan(3_600_000);
  });

  test("decides imprints in the order of the calls, however long their digests take", async () => {
    await using engram = await open(new FakeClock());
    await engram.open("vectors");
    const digest = crypto.subtle.digest.bind(crypto.subtle);
    const late = createDeferred<void>();
    const spy = vi.spyOn(crypto.subtle, "digest").mockImplementationOnce(async (algorithm, data) => {
      await late.promise;
      return digest(algorithm, data);
    });
    const calls = [0, 1, 2].map((n) =>
      engram.imprint(
        createImprint("APPEND", `{"n":${n}}`, { mergeKey: "s" }),
        createCall({ signalId: `imprint-${n}` }),
      ),
    );
    // The digests of the others are there before that of the first.
    await Promise.all(spy.mock.results.slice(1).map(({ value }) => value));
    late.resolve();

    expect((await Promise.all(calls)).map(({ seq }) => seq)).toEqual([1n, 2n, 3n]);
    spy.mockRestore();
  });

  test("ends what close met undecided as CLOSED", async () => {
    const engram = await open(new FakeClock());
    await engram.open("vectors");
    const undecided = engram.imprint(createImprint("ADD", "{}"), createCall());
    await engram.close();

    await expect(undecided).rejects.toThrow("[CLOSED]");
  });
});

test("Every case of the battery shows requirements that the specification has", () => {
  const specification = readFileSync("proto/README.md", "utf8");
  const cited = new Set(engramBattery.flatMap(({ requirements }) => requirements));

  expect([...cited].filter((id) => !specification.includes(`**${id}**`))).toEqual([]);
  expect(cited.size).toBeGreaterThan(60);
});

describe("runEngramBattery", () => {
  test("runs every case without a test runner", async () => {
    expect(await runEngramBattery(open)).toEqual({ passed: engramBattery.length, failures: [] });
  });

  test("finds an Engram that loses tags, and says in which cases", async () => {
    const { failures } = await runEngramBattery(async (clock) => {
      const engram = await open(clock);
      const imprint = engram.imprint.bind(engram);
      engram.imprint = (body, call) => imprint({ ...body, tags: [] }, call);
      return engram;
    });

    expect(failures).toContain('merge: Tags unite on a merge: step 3: hits[0].tags is [], expected ["a","b","c"]');
    expect(failures.length).toBeLessThan(engramBattery.length / 5);
  });
});
