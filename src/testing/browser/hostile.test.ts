// What hostile Signals, hostile sites and a tab that stands still cannot do.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { Tap, type DopplerRecord } from "../../doppler/index.js";
import { createDeferred } from "../../foundation/index.js";
import { encodeJson } from "../../signal/index.js";
import { GrpcSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import { serve } from "../prism/index.js";
import { errorRecord, recordOf } from "../records/index.js";
import { LivePage, useBrowser, views } from "./live-page.js";

const browser = useBrowser("MAP evil.test 127.0.0.1");

const run = "globalThis.owned=1";
const elements = ["img src=x onerror", "svg onload", "body onload", "video src=x onerror", "details open ontoggle"];
const wraps: readonly ((code: string) => string)[] = [
  (code) => `<script>${code}</script>`,
  (code) => `"><script>${code}</script>`,
  (code) => `</pre></span><script>${code}</script>`,
  (code) => `<!--><script>${code}</script>`,
  (code) => `</style></title></textarea><script>${code}</script>`,
  (code) => `javascript:${code}`,
  (code) => `<a href="javascript:${code}" autofocus onfocus="${code}">x</a>`,
  (code) => `<iframe srcdoc="<script>parent.${code}</script>"></iframe>`,
  (code) => `<object data="javascript:${code}"></object>`,
  (code) => `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${code}&gt;">`,
  (code) => `{{constructor.constructor('${code}')()}}`,
  (code) => `\${${code}}`,
  (code) => `' onmouseover='${code}`,
  (code) => `</script><script>${code}</script>`,
  (code) => `\u2028${code}\u2029<script>${code}</script>`,
  (code) => `<base href="http://evil.test/"><script src="x.js"></script>${code}`,
  ...elements.map((start) => (code: string) => `<${start}=${code}>`),
];
/** Each in a place of its own of a Signal. */
const places: readonly ((text: string) => DopplerRecord)[] = [
  (text) =>
    recordOf({
      source: "asker",
      body: { $case: "task", value: { input: json({ [text]: text }), context: undefined } },
    }),
  (text) =>
    recordOf(
      { source: text, body: { $case: "task", value: { input: json({}), context: undefined } } },
      { asked: [text] },
    ),
  (text) =>
    recordOf({ source: "a", traceId: text, body: { $case: "task", value: { input: json(text), context: undefined } } }),
  (text) => errorRecord("INTERNAL", text),
  (text) => ({ kind: "gap", at: Date.now(), namespace: "demo", missed: 1n, reason: text }),
  (text) => ({ kind: "note", at: Date.now(), namespace: "demo", about: "live", text }),
];
const payloads = places.flatMap((place) => wraps.map((wrap) => place(wrap(run))));

function json(value: unknown) {
  return encodeJson(value, "INVALID_INPUT");
}

describe("nothing of a Signal runs", { timeout: 60_000 }, () => {
  test(`in any view, of ${payloads.length} payloads`, async () => {
    expect(payloads.length).toBeGreaterThanOrEqual(100);
    await using live = await LivePage.open(browser());
    const { page } = live;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("dialog", () => asked.push("a dialog"));
    live.give(payloads.length, (number) => payloads[number - 1] ?? errorRecord("INTERNAL"));
    const gaps = wraps.length;
    await live.accounts(payloads.length - 2 * gaps, gaps);
    for (const view of views) {
      await live.show(view);
      await live.nextFrames();
    }
    await live.show("Signals");
    for (let index = 0; index < payloads.length; index += 1) {
      await page.keyboard.press("j");
      await page.getByRole("complementary").getByRole("tree").waitFor();
    }
    for (const view of ["Tree", "Waterfall", "Sequence"] as const) {
      await live.show(view);
      await live.nextFrames();
    }
    expect(await page.evaluate(() => "owned" in globalThis)).toBe(false);
    expect(await page.locator("#page :is(script, img, iframe, object, video, base, a, svg[onload])").count()).toBe(0);
    expect(asked).toEqual([]);
  });
});

/** A site of somebody else, on a port of its own. */
async function startSite(html: string) {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // `address` is an object for every server that listens on a port.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

describe("nobody else gets in", { timeout: 60_000 }, () => {
  test("no site that a browser has open beside it, even with the link's token", async () => {
    await using live = await LivePage.open(browser());
    live.give(3);
    await live.accounts(3, 0);
    const link = new URL(live.link());
    const site = await startSite("<!doctype html><title>elsewhere</title>");
    const other = await live.page.context().newPage();
    await other.goto(site.url);
    const tried = await other.evaluate(async ({ host, origin }) => {
      const feed = await new Promise<string>((resolve) => {
        const socket = new WebSocket(`ws://${host}/feed`);
        socket.addEventListener("open", () => resolve("open"));
        socket.addEventListener("error", () => resolve("refused"));
      });
      const frame = document.createElement("iframe");
      frame.src = origin;
      const framed = new Promise((resolve) => frame.addEventListener("load", resolve));
      document.body.append(frame);
      await framed;
      let inside = "";
      try {
        inside = frame.contentWindow?.document.title ?? "nothing";
      } catch {
        inside = "refused";
      }
      return {
        feed,
        inside,
        page: await fetch(origin).then(
          () => "read",
          () => "refused",
        ),
      };
    }, link);
    expect(tried).toEqual({ feed: "refused", inside: "refused", page: "refused" });
    expect(other.frames().map((frame) => frame.url())).not.toContain(`${link.origin}/`);
    site.close();
  });

  test("no name that is made to mean this machine", async () => {
    await using live = await LivePage.open(browser());
    const { port, hash } = new URL(live.link());
    const other = await live.page.context().newPage();
    const answer = await other.goto(`http://evil.test:${port}/${hash}`);
    expect(answer?.status()).toBe(403);
    expect(await other.evaluate(() => fetch("/").then(({ status }) => status))).toBe(403);
    expect(
      await other.evaluate(
        () =>
          new Promise((resolve) => {
            const socket = new WebSocket(`ws://${location.host}/feed`);
            socket.addEventListener("open", () => resolve("open"));
            socket.addEventListener("error", () => resolve("refused"));
          }),
      ),
    ).toBe("refused");
  });
});

describe("a tab that stands still", { timeout: 120_000 }, () => {
  test("changes nothing for the hub and for everyone else, and accounts for all when it goes on", async () => {
    const hub = new SynapseServer({ port: 0 });
    const { url } = await hub.start();
    const [synapse, watcher] = [new GrpcSynapse(url), new GrpcSynapse(url)];
    const abort = new AbortController();
    const tap = new Tap({ synapse: watcher, namespace: "demo", abort: abort.signal });
    const { server, url: link } = await serve(tap, { source: url });
    const page = await browser().newPage();
    await page.goto(link.replace("/#", "/?view=list#"));
    await page.getByText("live", { exact: true }).waitFor();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Debugger.enable");
    const stopped = createDeferred<void>();
    devtools.once("Debugger.paused", () => stopped.resolve());
    await devtools.send("Debugger.pause");
    const worker = new Dendrite({ synapse, namespace: "demo", dendriteId: "worker" });
    await worker.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input }));
    await worker.start();
    await stopped.promise;
    const others = new Tap({ synapse, namespace: "demo", abort: abort.signal })[Symbol.asyncIterator]();
    for (let next = await others.next(); next.value?.kind !== "note";) next = await others.next();
    const rounds = 40;
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, (_, at) => worker.dispatchAndWait({ neuron: "echo", input: { at } })),
      );
      // A TASK, its answer and its FINAL each.
      for (let signals = 0; signals < 300; signals += 1) expect((await others.next()).value?.kind).toBe("signal");
    }
    while (server.history.emitted.signals < rounds * 300 + 1) await new Promise(setImmediate);
    const { emitted } = server.history;
    expect(emitted.missed).toBe(0n);
    await devtools.send("Debugger.resume");
    await page.waitForFunction(
      (signals) => (document.querySelector("footer strong")?.textContent ?? "").replaceAll(",", "") === String(signals),
      emitted.signals,
    );
    await page.close();
    abort.abort();
    await server.close();
    await worker.close();
    for (const client of [synapse, watcher]) await client.close();
    await hub.close();
  });
});
