import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { Dendrite } from "../dendrite/index.js";
import { Tap, type DopplerRecord } from "../doppler/index.js";
import { recordOf } from "../testing/records/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import type { PrismServerOptions } from "./index.js";
import { countsOf, makePageFolder, serve, signals, Source, TestPage, tokenOf } from "../testing/prism/index.js";

const closing: (() => unknown)[] = [];
let page: ReturnType<typeof makePageFolder>;
beforeAll(() => {
  page = makePageFolder();
});
afterAll(() => page.remove());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(records: AsyncIterable<DopplerRecord>, options: Partial<PrismServerOptions> = {}) {
  const served = await serve(records, { pageFolder: page.folder, ...options });
  closing.push(() => served.server.close());
  return served;
}

function registration(id: string) {
  const none = { kind: "", version: "", description: "", capabilities: [], storeId: "" };
  return {
    id,
    role: 1 as const,
    maxInFlight: 1,
    retrySafe: false,
    inputSchema: undefined,
    outputSchema: undefined,
    ...none,
  };
}

function numbersFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

describe("what a page is told", () => {
  test("is what was before it, and then what comes, in order and once", async () => {
    const source = new Source();
    const { url, server } = await open(source);
    source.give(...signals(1, 3));
    const first = await TestPage.enter(url, tokenOf(url));
    await first.until(() => first.records.length === 3);
    source.give(...signals(4, 2), { kind: "gap", at: 0, namespace: "demo", missed: 7n, reason: "too slow" });
    await first.until(() => first.records.length === 6);
    expect(first.records.map(({ number }) => number)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
    expect(countsOf(first.records)).toEqual({ shown: 5, missing: 7n });
    expect(first.opening).toMatchObject({ namespace: "demo", isLive: true, isRedacted: true });
    const second = await TestPage.enter(url, tokenOf(server.link()));
    await second.until(() => second.records.length === 6);
    expect(countsOf(second.records)).toEqual({ shown: 5, missing: 7n });
    await first.leave();
    await second.leave();
  });

  test("goes on after a reload with the key of the session, behind what the page has", async () => {
    const source = new Source();
    const { url } = await open(source);
    source.give(...signals(1, 3));
    const before = await TestPage.enter(url, tokenOf(url));
    await before.until(() => before.records.length === 3);
    await before.leave();
    source.give(...signals(4, 2));
    const again = await TestPage.enter(url, before.opening?.sessionKey ?? "", 3n);
    await again.until(() => again.records.length === 2);
    expect(again.records.map(({ number }) => number)).toEqual([4n, 5n]);
    await again.leave();
  });

  test("says exactly how much is missing when the history has moved past a page that stopped", async () => {
    const source = new Source();
    const { url, server } = await open(source, { history: { records: 3_000 } });
    const stopped = await TestPage.enter(url, tokenOf(url));
    stopped.takes = false;
    source.give(...signals(1, 5_000));
    // All of it was taken from the source, though this page took nothing.
    while (server.history.newest < 5_000) await new Promise(setImmediate);
    expect(source.taken).toBe(5_000);
    source.give({ kind: "gap", at: 0, namespace: "demo", missed: 11n, reason: "too slow" }, ...signals(5_012, 4_000));
    while (server.history.newest < 9_001) await new Promise(setImmediate);
    expect(stopped.records.length).toBeLessThanOrEqual(2_048 + 256);
    stopped.takes = true;
    stopped.takeAll();
    await stopped.until(() => stopped.records.at(-1)?.number === 9_001n);
    const { shown, missing } = countsOf(stopped.records);
    expect(BigInt(shown) + missing).toBe(9_011n);
    expect(missing).toBeGreaterThan(11n);
    await stopped.leave();
  });

  test("says exactly how much is missing to one that comes back when it is gone", async () => {
    const source = new Source();
    const { url, server } = await open(source, { history: { records: 100 } });
    const gone = await TestPage.enter(url, tokenOf(url));
    source.give(...signals(1, 50));
    await gone.until(() => gone.records.length === 50);
    await gone.leave();
    source.give(...signals(51, 1_000));
    while (server.history.newest < 1_050) await new Promise(setImmediate);
    const back = await TestPage.enter(url, gone.opening?.sessionKey ?? "", 50n);
    await back.until(() => back.records.at(-1)?.number === 1_050n);
    const { shown, missing } = countsOf([...gone.records, ...back.records]);
    expect([shown, missing]).toEqual([150, 900n]);
    await back.leave();
  });

  test("begins with those who are there, however long ago they came", async () => {
    const source = new Source();
    const { url, server } = await open(source, { history: { records: 10 } });
    const register = (id: string, number: number): DopplerRecord =>
      recordOf({ source: "host", body: { $case: "register", value: registration(id) } }, { number });
    source.give(register("stays", 1), register("leaves", 2));
    source.give(
      recordOf({ source: "host", body: { $case: "deregister", value: { id: "leaves", reason: 1 } } }, { number: 3 }),
    );
    source.give(...signals(4, 20));
    while (server.history.newest < 23) await new Promise(setImmediate);
    const late = await TestPage.enter(url, tokenOf(url));
    await late.until(() => late.records.at(-1)?.number === 23n);
    expect(late.records.map(({ number }) => Number(number))).toEqual([1, 13, ...numbersFrom(14, 10)]);
    expect(countsOf(late.records)).toEqual({ shown: 11, missing: 12n });
    await late.leave();
  });

  test("keeps a gap of unknown size one, also when it is forgotten", async () => {
    const source = new Source();
    const { url, server } = await open(source, { history: { records: 10 } });
    const unknown = {
      kind: "gap",
      at: 0,
      namespace: "demo",
      missed: undefined,
      reason: "the session was lost",
    } as const;
    source.give(...signals(1, 5), unknown, ...signals(6, 20));
    while (server.history.newest < 26) await new Promise(setImmediate);
    const late = await TestPage.enter(url, tokenOf(url));
    await late.until(() => late.records.at(-1)?.number === 26n);
    const missing = late.records.flatMap(({ what }) => (what?.$case === "missing" ? [what.value.count] : []));
    expect(missing).toEqual([15n, undefined]);
    expect(countsOf(late.records)).toEqual({ shown: 10, missing: 15n });
    await late.leave();
  });

  test("ends with its source, for pages that come later too", async () => {
    const source = new Source();
    const { url, server } = await open(source, { isLive: false });
    source.give(...signals(1, 3));
    source.end();
    for (const link of [url, server.link()]) {
      const own = await TestPage.enter(url, tokenOf(link));
      await own.until(() => own.ending !== undefined);
      expect([own.records.length, own.ending]).toEqual([3, "This is the end of it"]);
      await own.leave();
    }
  });

  test("ends with the server", async () => {
    const { url, server } = await open(new Source());
    const own = await TestPage.enter(url, tokenOf(url));
    await server.close();
    await server.close();
    await own.closed;
    expect(own.ending).toBe("The server closes");
  });
});

test("a page that stopped is felt by nobody on the Synapse", async () => {
  const synapse = new MemorySynapse();
  closing.push(() => synapse.close());
  const abort = new AbortController();
  closing.push(() => abort.abort());
  const { url, server } = await open(new Tap({ synapse, namespace: "demo", abort: abort.signal }));
  const stopped = await TestPage.enter(url, tokenOf(url));
  stopped.takes = false;
  const worker = new Dendrite({ synapse, namespace: "demo", dendriteId: "worker" });
  closing.push(() => worker.close());
  await worker.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input }));
  await worker.start();
  for (let at = 0; at < 2_000; at += 1) await worker.dispatchAndWait({ neuron: "echo", input: { at } });
  // A TASK, its answer and its FINAL each, and nobody missed one.
  while (server.history.emitted.signals < 6_001) await new Promise(setImmediate);
  expect(server.history.emitted.missed).toBe(0n);
  expect(stopped.records.length).toBeLessThanOrEqual(2_048 + 256);
  await stopped.leave();
}, 30_000);
