// How one finds what one looks for: filters, those that were saved, and everything by its name.
import { describe, expect, test } from "vitest";
import axe from "axe-core";
import { answerRecord, errorRecord, taskRecord } from "../records/index.js";
import { addressOf, LivePage, useBrowser } from "./live-page.js";

const browser = useBrowser();

async function openScene(): Promise<LivePage> {
  const live = await LivePage.open(browser());
  live.give(1, () => taskRecord());
  live.give(1, () => answerRecord(40));
  live.give(1, () => errorRecord("INTERNAL"));
  await live.accounts(3, 0);
  return live;
}

describe("a filter", { timeout: 60_000 }, () => {
  test("stays while the next one is typed and is none yet", async () => {
    await using live = await openScene();
    const { page } = live;
    const filter = page.getByLabel("Filter");
    await filter.fill("type:TASK");
    await page.getByText("1 by the filter").waitFor();
    await filter.fill("typ:TASK");
    await page.getByText(/there is no 'typ:'/).waitFor();
    expect(await page.getByRole("option").count()).toBe(1);
    expect(await filter.getAttribute("aria-invalid")).toBe("true");
    await filter.fill("-type:TASK");
    await page.getByText("2 by the filter").waitFor();
  });

  test("is in the address, and those that are saved are there after a reload, until they are forgotten", async () => {
    await using live = await openScene();
    const { page } = live;
    const saved = () =>
      page.locator("#saved-filters option").evaluateAll((all) => all.map((one) => one.getAttribute("value")));
    await page.getByLabel("Filter").fill("type:AGENT_OUTPUT");
    await page.getByText("1 by the filter").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByLabel("Filter").fill("neuron:planner");
    await page.getByRole("button", { name: "Save" }).click();
    expect(await addressOf(page)).toContain("filter=neuron%3Aplanner");
    await page.reload();
    await live.accounts(3, 0);
    expect(await page.getByLabel("Filter").inputValue()).toBe("neuron:planner");
    expect(await saved()).toEqual(["neuron:planner", "type:AGENT_OUTPUT"]);
    await page.getByRole("button", { name: "Forget" }).click();
    expect(await saved()).toEqual(["type:AGENT_OUTPUT"]);
  });
});

describe("everything by its name", { timeout: 60_000 }, () => {
  test("is found from the keyboard, and the focus comes back", async () => {
    await using live = await openScene();
    const { page } = live;
    const find = page.getByRole("combobox", { name: "Go to" });
    const go = async (words: string): Promise<void> => {
      await page.keyboard.press("Control+k");
      await page.locator("[role=combobox]:focus").waitFor();
      await page.keyboard.type(words);
      await page.keyboard.press("Enter");
      await find.waitFor({ state: "detached" });
    };
    await page.getByRole("option", { name: /^TASK/ }).click();
    await page.getByRole("listbox", { name: /^Signals/ }).focus();
    await go("waterfall");
    await page.waitForURL(/view=waterfall/);
    await go("trace started");
    await page.waitForURL(/view=tree&trace=trc_/);
    await go("participant planner");
    await page.waitForURL(/participant=planner/);
    await go("next error");
    await page.getByRole("complementary").getByText("ERROR", { exact: true }).waitFor();
    await go("filter");
    await page.locator("#filter:focus").waitFor();
    await page.keyboard.type("type:TASK");
    await page.waitForURL(/filter=type%3ATASK/);
    await page.getByRole("button", { name: "Pause", exact: true }).focus();
    await page.keyboard.press("Control+k");
    await page.locator("[role=combobox]:focus").waitFor();
    await page.keyboard.type("there is nothing of this name");
    await page.getByText("Nothing has these words.").waitFor();
    // The focus stays in what lies over the page.
    for (let time = 0; time < 4; time += 1) await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("main, header, aside, nav"))).toBe(null);
    await page.keyboard.press("Escape");
    await find.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Pause");
  });

  test("is chosen with the arrows, and axe finds nothing in it", async () => {
    await using live = await openScene();
    const { page } = live;
    await page.keyboard.press("Control+k");
    await page.locator("[role=combobox]:focus").waitFor();
    await page.keyboard.type("view");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.getByRole("option", { selected: true }).last().innerText()).toContain("View: Traces");
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
    });
    expect(found).toEqual([]);
    await page.keyboard.press("Enter");
    await page.waitForURL(/view=traces/);
  });
});
