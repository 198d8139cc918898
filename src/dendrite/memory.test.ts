import { describe, expect, test } from "vitest";
import { createErrorDetail } from "../errors/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import type { JsonObject } from "../foundation/index.js";
import { Scene, type Delivered, type Peer } from "../testing/index.js";

const kind = { directedType: "context" };

/** A Dendrite with an Engram of the kind `context`, which holds one entry under the key `k`. */
async function openMemory(scene: Scene, engramId: string, entry?: JsonObject): Promise<void> {
  const dendrite = await scene.open(`at-${engramId}`, [
    new InMemoryEngram({ engramId, engramKind: "context", clock: scene.clock }),
  ]);
  if (entry !== undefined) await dendrite.imprint({ directedId: engramId }, { op: "upsert", mergeKey: "k", entry });
}

/** A peer that is registered as an Engram of the kind and does what the test says. */
async function openPeer(scene: Scene, engramId: string): Promise<Peer> {
  const peer = await scene.peer(`at-${engramId}`);
  await peer.registerEngram(engramId, { kind: "context" });
  return peer;
}

function failed({ signal, note }: Delivered): Parameters<Peer["send"]>[0] {
  const detail = createErrorDetail("ENGRAM_FAILED", "the disk is full");
  const { traceId, id: parentId } = signal;
  return { traceId, parentId, source: note.participant, exchange: 4, body: { $case: "error", value: { detail } } };
}

describe("a recall of several Engrams of a kind", () => {
  test("gives in `all` every hit of each, in `merge` one view, in `first` the best of the first that has one", async () => {
    await using scene = new Scene();
    await openMemory(scene, "one", { a: 1, same: "one" });
    scene.clock.advance(1);
    await openMemory(scene, "two", { b: 2, same: "two" });
    const asker = await scene.open("asker");

    const all = await asker.recall(kind, { mode: "all" });
    expect(all.hits.map(({ engramId, content }) => [engramId, content])).toEqual([
      ["two", { b: 2, same: "two" }],
      ["one", { a: 1, same: "one" }],
    ]);
    const merged = await asker.recall(kind, { mode: "merge" });
    expect(merged.hits).toHaveLength(1);
    expect(merged.hits[0]).toMatchObject({ content: { a: 1, b: 2, same: "two" }, sources: ["one", "two"] });
    const first = await asker.recall(kind);
    expect([first.hits.length, first.partial]).toEqual([1, false]);
    for (const result of [all, merged]) {
      expect(result).toMatchObject({ partial: false, missing: [], errors: [] });
    }
  });

  test.each(["all", "merge"] as const)(
    "names in `%s` who was silent and who failed, and gives the rest",
    async (mode) => {
      await using scene = new Scene();
      await openMemory(scene, "fine", { a: 1 });
      const failing = await openPeer(scene, "failing");
      await openPeer(scene, "silent");
      const asker = await scene.open("asker");

      const recalled = asker.recall(kind, { mode, deadlineMs: 300 });
      await failing.send(failed(await failing.nextWork()), 1);
      await scene.fence();
      scene.clock.advance(300);

      expect(await recalled).toMatchObject({
        hits: [{ engramId: "fine", content: { a: 1 } }],
        partial: true,
        missing: ["silent"],
        errors: [{ engramId: "failing", code: "ENGRAM_FAILED", message: "the disk is full" }],
      });
    },
  );

  test("ends in `first` with the first hit, and waits for nobody else", async () => {
    await using scene = new Scene();
    await openMemory(scene, "fine", { a: 1 });
    await openPeer(scene, "silent");
    const asker = await scene.open("asker");

    const { hits, partial } = await asker.recall(kind, { mode: "first" });

    expect([hits[0]?.content, partial]).toEqual([{ a: 1 }, false]);
    scene.clock.advance(2_000);
  });

  test("is empty and partial in `first` when nobody had a hit and one was silent", async () => {
    await using scene = new Scene();
    await openMemory(scene, "empty");
    await openPeer(scene, "silent");
    const asker = await scene.open("asker");

    const recalled = asker.recall(kind, { mode: "first", deadlineMs: 100 });
    await scene.fence();
    await scene.fence();
    scene.clock.advance(100);

    expect(await recalled).toMatchObject({ hits: [], partial: true, missing: ["silent"] });
  });

  test("holds topK for all of them together", async () => {
    await using scene = new Scene();
    await openMemory(scene, "one", { a: 1 });
    await openMemory(scene, "two", { a: 2 });
    const asker = await scene.open("asker");

    const { hits, truncated } = await asker.recall(kind, { mode: "all", query: { topK: 1 } });

    expect([hits.length, truncated]).toEqual([1, true]);
  });
});

describe("a recall of one Engram", () => {
  test("rejects with its error", async () => {
    await using scene = new Scene();
    const failing = await openPeer(scene, "failing");
    const asker = await scene.open("asker");

    const recalled = asker.recall({ directedId: "failing" });
    await failing.send(failed(await failing.nextWork()), 1);

    await expect(recalled).rejects.toMatchObject({ code: "ENGRAM_FAILED", retryable: true });
  });

  test("that is silent is partial, and names it", async () => {
    await using scene = new Scene();
    await openPeer(scene, "silent");
    const asker = await scene.open("asker");

    const recalled = asker.recall({ directedId: "silent" });
    await scene.fence();
    scene.clock.advance(2_000);

    expect(await recalled).toMatchObject({ hits: [], partial: true, missing: ["silent"], errors: [] });
  });

  test.each([{ directedId: "ghost" }, kind])("rejects with UNROUTABLE when there is none: %j", async (address) => {
    await using scene = new Scene();
    const asker = await scene.open("asker");

    await expect(asker.recall(address)).rejects.toMatchObject({ code: "UNROUTABLE" });
  });

  test("is ended by its abort", async () => {
    await using scene = new Scene();
    const silent = await openPeer(scene, "silent");
    const asker = await scene.open("asker");
    const controller = new AbortController();

    const recalled = asker.recall({ directedId: "silent" }, { abort: controller.signal });
    await silent.nextWork();
    controller.abort();

    await expect(recalled).rejects.toMatchObject({ code: "CANCELLED" });
    expect((await silent.nextStop()).signal.body?.$case).toBe("stop");
  });
});

describe("an imprint", () => {
  test("of a kind that several Engrams serve is AMBIGUOUS, and reaches none", async () => {
    await using scene = new Scene();
    await openMemory(scene, "one");
    await openMemory(scene, "two");
    const asker = await scene.open("asker");

    const imprinted = asker.imprint(kind, { op: "add", entry: { a: 1 } });

    await expect(imprinted).rejects.toMatchObject({ code: "AMBIGUOUS", detail: { available: ["one", "two"] } });
    expect((await asker.recall(kind, { mode: "all" })).hits).toEqual([]);
  });

  test("with `all` gives a receipt for each, and is partial if one failed or was silent", async () => {
    await using scene = new Scene();
    await openMemory(scene, "one");
    await openMemory(scene, "two");
    const asker = await scene.open("asker");
    const options = { op: "upsert", mergeKey: "k", entry: { a: 1 }, all: true, deadlineMs: 300 } as const;

    const both = await asker.imprint(kind, options);
    expect(both).toMatchObject({ acknowledged: true, partial: false, missing: [], errors: [], receipt: undefined });
    expect(both.receipts.map(({ engramId, version }) => [engramId, version]).sort()).toEqual([
      ["one", 1],
      ["two", 1],
    ]);

    const failing = await openPeer(scene, "failing");
    await openPeer(scene, "silent");
    const some = asker.imprint(kind, options);
    await failing.send(failed(await failing.nextWork()), 1);
    while ((await asker.recall({ directedId: "two" })).hits[0]?.version !== 2) await scene.fence();
    await scene.fence();
    scene.clock.advance(300);

    expect(await some).toMatchObject({
      partial: true,
      missing: ["silent"],
      errors: [{ engramId: "failing", code: "ENGRAM_FAILED" }],
    });
    expect((await some).receipts).toHaveLength(2);
  });

  test.each([true, false])("that reaches nobody rejects with UNROUTABLE, with all: %s", async (all) => {
    await using scene = new Scene();
    const asker = await scene.open("asker");

    const imprinted = asker.imprint(kind, { op: "add", entry: { a: 1 }, all });

    await expect(imprinted).rejects.toMatchObject({ code: "UNROUTABLE" });
  });

  test("rejects with the Engram's error, and gives the only receipt", async () => {
    await using scene = new Scene();
    await openMemory(scene, "one");
    const asker = await scene.open("asker");
    const options = { op: "add", mergeKey: "k", entry: { a: 1 } } as const;

    const { receipt, acknowledged, imprintId } = await asker.imprint({ directedId: "one" }, options);
    expect(receipt).toMatchObject({
      engramId: "one",
      version: 1,
      created: true,
      durability: "memory",
      replayed: false,
    });
    expect(acknowledged).toBe(true);
    await expect(asker.imprint({ directedId: "one" }, options)).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
      detail: { currentVersion: 1n },
    });
    const again = await asker.imprint({ directedId: "one" }, { ...options, imprintId });
    expect(again.receipt).toMatchObject({ replayed: true, version: 1 });
  });

  test("that waits for no receipt resolves when it is accepted; its later error goes to onError", async () => {
    await using scene = new Scene();
    const failing = await openPeer(scene, "failing");
    const asker = await scene.open("asker");

    const options = { op: "add", entry: { a: 1 }, awaitAck: false } as const;
    const result = await asker.imprint({ directedId: "failing" }, options);
    expect(result).toMatchObject({ acknowledged: false, receipts: [], receipt: undefined, partial: false });
    expect(scene.errors).toEqual([]);

    await failing.send(failed(await failing.nextWork()), 1);
    await scene.fence();
    expect(scene.errors.splice(0)).toMatchObject([{ code: "ENGRAM_FAILED" }]);
  });

  test("that waits for no receipt rejects when it is refused, and tells it once", async () => {
    await using scene = new Scene({ signalBytes: 10_000 });
    const asker = await scene.open("asker");

    const options = { op: "add", entry: { a: "x".repeat(10_000) }, awaitAck: false } as const;

    await expect(asker.imprint({ directedId: "any" }, options)).rejects.toMatchObject({ code: "TOO_LARGE" });
    expect(scene.errors).toEqual([]);
  });
});

test("an answer of an Engram that no Signal holds is ENGRAM_FAILED", async () => {
  await using scene = new Scene({ signalBytes: 10_000 });
  const broken = new InMemoryEngram({ engramId: "broken", engramKind: "context", clock: scene.clock });
  broken.recall = async () => ({ engramId: "broken", hits: [], truncated: true, cursor: "x".repeat(20_000) });
  await scene.open("host", [broken]);
  const asker = await scene.open("asker");

  const recalled = asker.recall({ directedId: "broken" });

  await expect(recalled).rejects.toMatchObject({
    code: "ENGRAM_FAILED",
    message: expect.stringContaining("TOO_LARGE"),
  });
});

test("an error of an Engram's own code is ENGRAM_FAILED, whatever it throws", async () => {
  await using scene = new Scene();
  const broken = new InMemoryEngram({ engramId: "broken", engramKind: "context", clock: scene.clock });
  broken.recall = () => Promise.reject(new RangeError("index out of range"));
  await scene.open("host", [broken]);
  const asker = await scene.open("asker");

  await expect(asker.recall({ directedId: "broken" })).rejects.toMatchObject({
    code: "ENGRAM_FAILED",
    detail: { message: "index out of range" },
  });
});
