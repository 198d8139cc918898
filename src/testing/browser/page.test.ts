// The live view in a real browser, on a real bus.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import { type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { Tap } from "../../doppler/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import type { Neuron } from "../../neuron/index.js";
import { PrismServer } from "../../prism/index.js";
import { MemorySynapse } from "../../synapse/memory/index.js";
import { addressOf, launchBrowser, views } from "./live-page.js";

const missing = inject("chromiumMissing");
const folder = "dist/src/prism/page";
const evil = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';

const researcher: Neuron<{ question: string }> = async ({ question }, _context, { recall, imprint }) => {
  const { hits } = await recall("ctx", { query: { text: question, minScore: 1 } });
  if (hits[0] !== undefined) return { answer: hits[0].content["answer"] ?? null, source: "cache" };
  await imprint("ctx", { op: "upsert", entry: { question, answer: "42" }, mergeKey: question });
  return { answer: "42", source: "computed" };
};

const synapse = new MemorySynapse();
const abort = new AbortController();
const dendrite = new Dendrite({ synapse, namespace: "demo", dendriteId: "orchestrator" });
let prism: PrismServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const wrong: string[] = [];

async function ask(question: string): Promise<void> {
  await dendrite.dispatchAndWait({ neuron: "researcher", input: { question } });
}

async function show(view: (typeof views)[number]): Promise<void> {
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: view }).click();
}

beforeAll(async () => {
  if (missing !== "") return;
  const engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context" });
  await dendrite.attachEngram(engram);
  await dendrite.attachAxon(
    new Axon({ neuronId: "researcher", neuron: researcher, engrams: [{ name: "ctx", directedId: "ctx" }] }),
  );
  await dendrite.attachAxon(new Axon({ neuronId: "fragile", neuron: () => Promise.reject(new Error(evil)) }));
  await dendrite.start();
  const records = new Tap({ synapse, namespace: "demo", abort: abort.signal });
  prism = new PrismServer({ records, namespace: "demo", source: "memory", isLive: true, port: 0 });
  const { url } = await prism.start();
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") wrong.push(line.text());
  });
  page.on("request", (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && host !== new URL(url).host)
      wrong.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await page.getByText("live", { exact: true }).waitFor();
}, 60_000);

afterAll(async () => {
  if (missing !== "") return;
  await browser.close();
  abort.abort();
  await prism.close();
  await dendrite.close();
  await synapse.close();
});

describe("the live view", { timeout: 60_000 }, () => {
  beforeEach(({ skip }) => {
    if (missing !== "") skip(missing);
  });

  test("shows the main job's two questions as they are asked", async () => {
    expect(await addressOf(page)).not.toContain("token");
    await show("Signals");
    await ask("what is the meaning of life?");
    await page.getByRole("option", { name: /^IMPRINTED, ctx/ }).waitFor();
    await ask("what is the meaning of life?");
    await page.getByRole("option", { name: /^AGENT_OUTPUT.*cache/ }).waitFor();
    const types = await page.getByRole("option").locator(".type-mark").allInnerTexts();
    const asked = types.filter((type) => !["REGISTER", "HEARTBEAT"].includes(type));
    expect(asked).toEqual([
      ...["TASK", "RECALL", "RECALLED", "IMPRINT", "IMPRINTED", "AGENT_OUTPUT", "FINAL"],
      ...["TASK", "RECALL", "RECALLED", "AGENT_OUTPUT", "FINAL"],
    ]);
  });

  test("shows them in each view, and one selection in all", async () => {
    await show("Traces");
    await page
      .getByRole("option", { name: /Started by TASK from orchestrator, answered/ })
      .first()
      .click();
    for (const [view, role, name] of [
      ["Tree", "treeitem", /^RECALL from researcher/],
      ["Waterfall", "treeitem", /^RECALL from researcher took/],
      ["Sequence", "option", /^researcher to ctx: RECALL/],
    ] as const) {
      await show(view);
      await page.getByRole(role, { name }).click();
      await page.getByRole("complementary", { name: "Selected Signal" }).getByText("RECALL", { exact: true }).waitFor();
      expect(await addressOf(page)).toMatch(/signal=evt_/);
    }
    await show("Memory");
    await page
      .getByRole("option", { name: /IMPRINT|imprint/ })
      .first()
      .waitFor();
    await show("Metrics");
    await page.getByText(/recalls had hits/).waitFor();
    await show("Graph");
    for (const name of ["researcher", "ctx", "orchestrator"]) await page.getByText(name).first().waitFor();
  });

  test("lets nothing run that a payload holds, and shows it as text", async () => {
    await dendrite.dispatchAndWait({ neuron: "fragile", input: { evil } }).catch(() => undefined);
    await show("Signals");
    await page.getByRole("option", { name: /^ERROR, fragile/ }).click();
    await page.getByLabel("What the Signal says").getByText("onerror").first().waitFor();
    for (const view of views) await show(view);
    expect(await page.title()).toBe("Prism · demo");
    expect(await page.locator("img, iframe, object").count()).toBe(0);
  });

  test("filters in the language of the command line, and says what is wrong with a filter", async () => {
    await show("Signals");
    await page.getByLabel("Filter").fill("type:IMPRINT");
    await page.getByText(/by the filter/).waitFor();
    expect(await page.getByRole("option").locator(".type-mark").allInnerTexts()).toEqual(["IMPRINT"]);
    await page.getByLabel("Filter").fill("typ:IMPRINT");
    await page.getByText(/there is no 'typ:'/).waitFor();
    await page.getByLabel("Filter").fill("");
  });

  test("pauses without losing, and says how many wait", async () => {
    await page.getByRole("button", { name: "Pause" }).click();
    const shown = await page.getByRole("option").count();
    await ask("while it is paused");
    const goOn = page.getByRole("button", { name: /Go on \(7 new\)/ });
    await goOn.waitFor();
    expect(await page.getByRole("option").count()).toBe(shown);
    await goOn.click();
    await page
      .getByRole("option", { name: /^IMPRINTED.*while it is paused/ })
      .first()
      .waitFor();
  });

  test("comes back after a reload with what was there, by the key of its session", async () => {
    const before = Number(await page.locator("footer strong").first().innerText());
    expect(before).toBeGreaterThan(0);
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    // A heartbeat may have come meanwhile, so that there are more.
    await page.waitForFunction(
      (least) => Number(document.querySelector("footer strong")?.textContent) >= least,
      before,
    );
    expect(prism.history.emitted.missed).toBe(0n);
  });

  // What of each view tells of the newest question, and has to change when another is asked.
  test.each(
    Object.entries({
      Graph: "table",
      Signals: "[role=listbox]",
      Traces: "[role=listbox]",
      Tree: ".view-text code",
      Waterfall: ".view-text code",
      Sequence: ".view-text code",
      Memory: "[role=listbox]",
      Metrics: ".metrics-latencies table",
    }),
  )("%s tells of a question and of its repetition while they are asked", async (view, place) => {
    const told = page.locator(`#view ${place}`);
    for (let time = 0; time < 2; time += 1) await page.locator("body").press("Escape");
    await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: view }).click();
    for (let time = 0; time < 2; time += 1) {
      const before = await told.innerText();
      await ask(`who sees this in ${view}?`);
      await page.waitForFunction(
        ([selector, text]) => {
          const element = document.querySelector<HTMLElement>(selector ?? "");
          return element !== null && element.innerText !== text;
        },
        [`#view ${place}`, before],
      );
      expect(await told.innerText()).not.toBe(before);
    }
  });

  test("can be used without a mouse", async () => {
    await page.locator("body").press("g");
    await page.locator("body").press("t");
    await page.getByRole("listbox", { name: "Traces" }).focus();
    await page.keyboard.press("j");
    expect(await addressOf(page)).toMatch(/view=traces.*trace=trc_/);
    await page.keyboard.press("e");
    await page.getByRole("complementary").getByText("ERROR", { exact: true }).waitFor();
    for (const [key, view] of Object.entries({
      r: "tree",
      w: "waterfall",
      s: "sequence",
      m: "memory",
      x: "metrics",
      l: "list",
      g: "graph",
    })) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      expect(await addressOf(page)).toContain(`view=${view}`);
    }
    await page.keyboard.press("/");
    await page.keyboard.type("type:TASK");
    await page.keyboard.press("Escape");
    expect(await addressOf(page)).toContain("filter=type%3ATASK");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.getByLabel("Filter").fill("");
  });

  test.each(views.flatMap((view) => (["dark", "light"] as const).map((theme) => [view, theme] as const)))(
    "%s, %s: nothing that axe finds",
    async (view, theme) => {
      await show(view);
      const isDark = (await page.locator("html").getAttribute("data-theme")) === "dark";
      if (isDark !== (theme === "dark")) await page.locator("body").press("d");
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
      });
      expect(found).toEqual([]);
    },
  );

  test("says nothing to anybody else, and nothing went wrong", () => {
    expect(wrong).toEqual([]);
  });
});

test("a first load is small", () => {
  expect(existsSync(join(folder, "index.html"))).toBe(true);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(?:js|css|html)$/.test(file),
  );
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  expect(bytes).toBeLessThanOrEqual(250_000);
});
