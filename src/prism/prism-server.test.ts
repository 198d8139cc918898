import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { DopplerRecord } from "../doppler/index.js";
import { createDeferred } from "../foundation/index.js";
import { PrismServer, type PrismServerOptions } from "./index.js";
import { makePageFolder, serve, Source, TestPage, tokenOf } from "../testing/prism/index.js";

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

describe("who is let in", () => {
  test("a link works once, and a key that was not given never", async () => {
    const { url } = await open(new Source());
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
    const { url } = await open(new Source());
    const other = new TestPage(url, options);
    const [, answer]: unknown[] = await once(other.socket, "unexpected-response").catch(() => []);
    expect(answer).toMatchObject({ statusCode: 403 });
  });

  test("not by another name that leads here, and not without an origin", async () => {
    const { url } = await open(new Source());
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
    const { url } = await open(new Source());
    const other = new TestPage(url);
    await once(other.socket, "open");
    other.socket.send(said);
    expect((await other.closed).code).toBe(1_007);
  });

  test("not one that says too much", async () => {
    const { url } = await open(new Source());
    const other = new TestPage(url);
    await once(other.socket, "open");
    other.socket.send(Buffer.alloc(5_000));
    expect((await other.closed).code).toBe(1_009);
  });
});

describe("the page itself", () => {
  test("comes with a policy that lets in nothing from elsewhere", async () => {
    const { url } = await open(new Source());
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
    const { url } = await open(new Source());
    expect(await get(url, { host: new URL(url).host }, method, path)).toMatchObject({ status });
  });

  test("is not served where it was not built", async () => {
    const about = { namespace: "demo", source: "", isLive: true, port: 0, pageFolder: "/no/such/folder" };
    await expect(new PrismServer({ records: new Source(), ...about }).start()).rejects.toMatchObject({
      code: "UNIMPLEMENTED",
    });
  });

  test("cannot be served on a port that is taken", async () => {
    const { url } = await open(new Source());
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
