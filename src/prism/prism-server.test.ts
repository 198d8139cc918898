import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Axon } from "../axon/index.js";
import { Dendrite } from "../dendrite/index.js";
import { Tap, type DopplerRecord } from "../doppler/index.js";
import { recordOf, taskRecord } from "../doppler/test-records.js";
import { createDeferred } from "../foundation/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import { PrismServer, type PrismServerOptions } from "./index.js";
import { countsOf, makePageFolder, TestPage, tokenOf } from "./test-page.js";

let page: ReturnType<typeof makePageFolder>;
beforeAll(() => {
  page = makePageFolder();
});
afterAll(() => page.remove());

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Records that a test gives one by one. */
class Source implements AsyncIterable<DopplerRecord> {
  readonly #waiting: DopplerRecord[] = [];
  #wake = createDeferred<void>();
  #isOver = false;
  /** How many were taken. */
  taken = 0;

  give(...records: readonly DopplerRecord[]): void {
    this.#waiting.push(...records);
    this.#wake.resolve();
  }

  end(): void {
    this.#isOver = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DopplerRecord, void, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.taken += 1;
        yield next;
      } else if (this.#isOver) return;
      else {
        this.#wake = createDeferred();
        await this.#wake.promise;
      }
    }
  }
}

async function serve(records: AsyncIterable<DopplerRecord>, options: Partial<PrismServerOptions> = {}) {
  const about = { namespace: "demo", source: "a test", isLive: true, port: 0, pageFolder: page.folder };
  const server = new PrismServer({ records, ...about, ...options });
  closing.push(() => server.close());
  const { url } = await server.start();
  return { server, url };
}

/** Signals with the numbers from `first` on. */
function signals(first: number, count: number): readonly DopplerRecord[] {
  return Array.from({ length: count }, (_, at) => ({ ...taskRecord(), number: first + at }));
}

function get(url: string, headers: Readonly<Record<string, string>>, method = "GET", path = "/") {
  const { hostname, port } = new URL(url);
  const answered = createDeferred<{ status: number; headers: Readonly<Record<string, unknown>>; body: string }>();
  const asked = httpRequest({ hostname, port, path, method, headers }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    response.on("end", () => answered.resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
  });
  asked.on("error", answered.reject);
  asked.end();
  return answered.promise;
}

describe("what a page is told", () => {
  test("is what was before it, and then what comes, in order and once", async () => {
    const source = new Source();
    const { url, server } = await serve(source);
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
    const { url } = await serve(source);
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
    const { url, server } = await serve(source, { history: { records: 3_000 } });
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
    const { url, server } = await serve(source, { history: { records: 100 } });
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
    const { url, server } = await serve(source, { history: { records: 10 } });
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

  test("ends with the server", async () => {
    const { url, server } = await serve(new Source());
    const own = await TestPage.enter(url, tokenOf(url));
    await server.close();
    await server.close();
    await own.closed;
    expect(own.ending).toBe("The server closes");
  });
});

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

describe("who is let in", () => {
  test("a link works once, and a key that was not given never", async () => {
    const { url } = await serve(new Source());
    const first = await TestPage.enter(url, tokenOf(url));
    for (const token of [tokenOf(url), "", "x".repeat(43)]) {
      const other = new TestPage(url);
      await once(other.socket, "open");
      other.say({ $case: "enter", value: { token, after: 0n } });
      expect(await other.closed).toEqual({ code: 1_008, reason: "The link was used already, or is none" });
    }
    await first.leave();
  });

  test.each([
    ["a page of another site", { origin: "http://evil.example" }],
    ["a page of this machine's other ports", { origin: "http://127.0.0.1:1" }],
    ["a file", { origin: "null" }],
  ])("not %s", async (_who, options) => {
    const { url } = await serve(new Source());
    const other = new TestPage(url, options);
    const [, answer]: unknown[] = await once(other.socket, "unexpected-response").catch(() => []);
    expect(answer).toMatchObject({ statusCode: 403 });
  });

  test("not by another name that leads here, and not without an origin", async () => {
    const { url } = await serve(new Source());
    const { host, port } = new URL(url);
    for (const headers of [{ host: `evil.example:${port}`, origin: `http://evil.example:${port}` }, { host }]) {
      const socket = new WebSocket(`ws://${host}/feed`, { headers });
      socket.on("error", () => undefined);
      const [, answer]: unknown[] = await once(socket, "unexpected-response");
      expect(answer).toMatchObject({ statusCode: 403 });
    }
    expect(await get(url, { host: `evil.example:${port}` })).toMatchObject({ status: 403 });
  });

  test.each([
    ["text", "hello"],
    ["bytes that are no message", Buffer.from([0xff, 0xff, 0xff])],
    ["what comes before it has entered", Buffer.from([0x12, 0x02, 0x08, 0x01])],
    ["an empty message", Buffer.alloc(0)],
  ])("not one that says %s", async (_what, said) => {
    const { url } = await serve(new Source());
    const other = new TestPage(url);
    await once(other.socket, "open");
    other.socket.send(said);
    expect((await other.closed).code).toBe(1_007);
  });

  test("not one that says too much", async () => {
    const { url } = await serve(new Source());
    const other = new TestPage(url);
    await once(other.socket, "open");
    other.socket.send(Buffer.alloc(5_000));
    expect((await other.closed).code).toBe(1_009);
  });
});

describe("the page itself", () => {
  test("comes with a policy that lets in nothing from elsewhere", async () => {
    const { url } = await serve(new Source());
    const { host } = new URL(url);
    const { status, headers, body } = await get(url, { host });
    expect([status, body]).toEqual([200, "<!doctype html><title>Prism</title>"]);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect(body).not.toContain("token");
  });

  test.each([
    ["/../../../etc/passwd", "GET", 404],
    ["/%2e%2e/%2e%2e/etc/passwd", "GET", 404],
    ["/feed", "GET", 404],
    ["/", "POST", 405],
    ["/", "HEAD", 200],
  ])("%s, by %s: %i", async (path, method, status) => {
    const { url } = await serve(new Source());
    expect(await get(url, { host: new URL(url).host }, method, path)).toMatchObject({ status });
  });

  test("is not served where it was not built", async () => {
    const about = { namespace: "demo", source: "", isLive: true, port: 0, pageFolder: "/no/such/folder" };
    await expect(new PrismServer({ records: new Source(), ...about }).start()).rejects.toMatchObject({
      code: "UNIMPLEMENTED",
    });
  });

  test("cannot be served on a port that is taken", async () => {
    const { url } = await serve(new Source());
    const port = Number(new URL(url).port);
    const second = new PrismServer({
      records: new Source(),
      namespace: "d",
      source: "",
      isLive: true,
      port,
      pageFolder: page.folder,
    });
    await expect(second.start()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await second.close();
  });
});

test("a page that stopped is felt by nobody on the Synapse", async () => {
  const synapse = new MemorySynapse();
  closing.push(() => synapse.close());
  const abort = new AbortController();
  closing.push(() => abort.abort());
  const { url, server } = await serve(new Tap({ synapse, namespace: "demo", abort: abort.signal }));
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
