// What can be read, copied and taken along of what was seen.
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { readRecord } from "../../doppler/index.js";
import { answerRecord, plantedSecrets, taskRecord } from "../records/index.js";
import { LivePage, useBrowser, views } from "./live-page.js";

const browser = useBrowser();

function openWithClipboard(): Promise<LivePage> {
  return LivePage.open(browser(), { context: { permissions: ["clipboard-read", "clipboard-write"] } });
}

async function copied(page: Page, what: string): Promise<string> {
  await page.getByRole("button", { name: `Copy ${what}` }).click();
  await page.getByText(new RegExp(`^${what} copied\\.$`, "i")).waitFor({ state: "attached" });
  return page.evaluate(() => navigator.clipboard.readText());
}

async function exported(page: Page, what: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `Export ${what}` }).click(),
  ]);
  return readFileSync(await download.path(), "utf8");
}

describe("the inspector", { timeout: 60_000 }, () => {
  test("shows a Signal as a tree for keys, and copies a value, its path, the Signal and a command", async () => {
    await using live = await openWithClipboard();
    const { page } = live;
    live.give(1, () => taskRecord({ question: "why?", parts: [{ "it's": 7 }] }));
    await live.accounts(1, 0);
    await page.getByRole("option", { name: /^TASK/ }).click();
    const tree = page.getByRole("tree", { name: "What the Signal says" });
    await tree.getByRole("treeitem", { name: "it's: 7" }).click();
    expect(await copied(page, "path")).toMatch(/^\$\['task'\].*\['parts'\]\[0\]\['it\\'s'\]$/);
    expect(await copied(page, "value")).toBe("7");
    await page.getByRole("button", { name: "Copy path" }).focus();
    await tree.focus();
    await page.keyboard.press("k");
    await page.keyboard.press("ArrowLeft");
    expect(await tree.getByRole("treeitem", { name: "it's: 7" }).count()).toBe(0);
    expect(await copied(page, "path")).toMatch(/\['parts'\]\[0\]$/);
    expect(JSON.parse(await copied(page, "value"))).toEqual({ "it's": 7 });
    expect(JSON.parse(await copied(page, "Signal"))).toMatchObject({ type: "TASK", source: "asker" });
    expect(await copied(page, "command")).toMatch(/^cosmo doppler --url 'a test' -n demo --filter id:evt_/);
    for (const [form, text] of Object.entries({
      pretty: '"question": "why?"',
      raw: '"question":"why?"',
      bytes: " bytes\n",
    })) {
      await page.getByLabel(form, { exact: true }).check({ force: true });
      expect(await page.getByLabel("What the Signal says").innerText(), form).toContain(text);
    }
  });

  test("opens what is large without showing it all at once", async () => {
    await using live = await LivePage.open(browser());
    const { page } = live;
    const large = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`key ${index}`, "x".repeat(12)]));
    live.give(1, () => taskRecord({ large, long: "y".repeat(200_000) }));
    await live.accounts(1, 0);
    await page.getByRole("option", { name: /^TASK/ }).click();
    const tree = page.getByRole("tree", { name: "What the Signal says" });
    await tree.getByRole("treeitem", { name: "large: 40000 members" }).dblclick();
    await tree.getByRole("treeitem", { name: /^key 0:/ }).waitFor();
    await tree.focus();
    await page.keyboard.press("End");
    await tree.getByRole("treeitem", { selected: true }).waitFor();
    expect(await tree.getByRole("treeitem").count()).toBeLessThan(100);
  });
});

test("two Signals are compared, place by place, and the address keeps which", { timeout: 60_000 }, async () => {
  await using live = await LivePage.open(browser());
  const { page } = live;
  live.give(2);
  await live.accounts(2, 0);
  await page.getByRole("option", { name: /"number":1\b/ }).click();
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("option", { name: /"number":2\b/ }).click();
  const difference = page.getByRole("region", { name: "How the two Signals differ" });
  const row = difference.getByRole("row", { name: /\['number'\]/ });
  expect(await row.getByRole("cell").allInnerTexts()).toEqual(["1", "2"]);
  expect(await difference.getByRole("row", { name: /\['type'\]|\['source'\]/ }).count()).toBe(0);
  await page.reload();
  await row.waitFor();
  await page.getByRole("button", { name: "Stop comparing" }).click();
  await page.getByRole("tree", { name: "What the Signal says" }).waitFor();
});

describe("an export", { timeout: 60_000 }, () => {
  test("is a recording of the trace or of what the filter shows, or a diagram, from every view", async () => {
    await using live = await LivePage.open(browser());
    const { page } = live;
    const [task, answer] = [taskRecord(), answerRecord(40)];
    live.give(1, () => task);
    live.give(1, () => answer);
    live.give(3);
    await live.accounts(5, 0);
    await page.getByRole("option", { name: /^AGENT_OUTPUT/ }).click();
    for (const view of views) {
      await live.show(view);
      for (const what of ["trace", "diagram", "view"]) {
        expect(await page.getByRole("button", { name: `Export ${what}` }).isVisible(), `${what} in ${view}`).toBe(true);
      }
    }
    // A browser saves no more than ten files at once.
    const trace = (await exported(page, "trace")).trim().split("\n");
    const records = trace.map((line) => readRecord(JSON.parse(line)));
    expect(records.map((record) => record.kind === "signal" && record.bytes)).toEqual([task.bytes, answer.bytes]);
    expect((await exported(page, "view")).trim().split("\n")).toHaveLength(5);
    expect(await exported(page, "diagram")).toMatch(
      /^sequenceDiagram\n[^]*asker[^]*planner[^]*->>[^]*TASK[^]*-->>[^]*AGENT_OUTPUT/,
    );
    await live.page.getByLabel("Filter").fill("type:AGENT_OUTPUT");
    await page.getByText(/by the filter/).waitFor();
    expect((await exported(page, "view")).trim().split("\n")).toHaveLength(1);
  });

  test(`has none of ${plantedSecrets.length} secrets, and no view shows one`, async () => {
    expect(plantedSecrets.length).toBeGreaterThanOrEqual(200);
    await using live = await LivePage.open(browser());
    const { page } = live;
    const { length } = plantedSecrets;
    live.give(length, (number) => plantedSecrets[number - 1]?.record ?? taskRecord());
    await live.accounts(length, 0);
    let all = await exported(page, "view");
    for (const view of views) {
      await live.show(view);
      await live.nextFrames();
      all += await page.content();
    }
    await live.show("Signals");
    for (let index = 0; index < length; index += 1) {
      await page.keyboard.press("j");
      if (index === 0) await page.getByLabel("pretty", { exact: true }).check({ force: true });
      all += await page.content();
    }
    all += await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.title]));
    expect(all).toContain("[redacted]");
    expect(plantedSecrets.filter(({ part }) => all.includes(part)).map(({ part }) => part)).toEqual([]);
  });
});
