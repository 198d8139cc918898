// What a page shows and what it says is missing are together what was emitted, whatever happens to it.
import { describe, expect, test } from "vitest";
import type { DopplerRecord } from "../../doppler/index.js";
import { LivePage, useBrowser } from "./live-page.js";

const browser = useBrowser();

function gap(missed: bigint): DopplerRecord {
  return { kind: "gap", at: Date.now(), namespace: "demo", missed, reason: "too slow" };
}

describe("a page accounts for everything", { timeout: 60_000 }, () => {
  test("when its connection is cut", async () => {
    await using live = await LivePage.open(browser());
    live.give(50);
    await live.accounts(50, 0);
    await live.cut();
    live.give(30);
    await live.accounts(80, 0);
    expect(live.emitted).toBe(80);
  });

  test("when it was paused while more came than is kept, and its connection was cut", async () => {
    await using live = await LivePage.open(browser(), { prism: { history: { records: 100 } } });
    const { page } = live;
    live.give(50);
    await live.accounts(50, 0);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    live.give(500);
    await page.getByRole("button", { name: "Go on (500 new)" }).waitFor();
    await live.cut();
    await page.getByText("the connection is lost, trying again").waitFor();
    live.give(200);
    await page.getByRole("button", { name: "Go on (700 new)" }).waitFor();
    await live.accounts(50, 0);
    await page.getByRole("button", { name: /Go on/ }).click();
    await live.accounts(50 + 100, 600);
    expect(live.emitted).toBe(750);
  });

  test("when it is paused: it takes nothing over, and is told how much waits", async () => {
    await using live = await LivePage.open(browser(), { prism: { history: { records: 20_000 } } });
    const { page } = live;
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    live.give(30_000);
    await page.getByRole("button", { name: "Go on (30000 new)" }).waitFor();
    // What is shown may change, what is taken over may not.
    await page.getByLabel("Filter").fill("type:TASK");
    await live.nextFrames();
    await live.accounts(0, 0);
    await page.getByLabel("Filter").fill("");
    await page.getByRole("button", { name: /Go on/ }).click();
    // The window of 2,048 was on its way before the history moved on.
    await live.accounts(2_048 + 20_000, 7_952);
    expect(live.emitted).toBe(30_000);
  });

  test("when the watcher was too slow", async () => {
    await using live = await LivePage.open(browser());
    live.give(10);
    live.source.give(gap(7n));
    live.give(5);
    await live.accounts(15, 7);
    expect(live.emitted).toBe(22);
    await live.page
      .getByText(/7 Signals/)
      .first()
      .waitFor();
  });

  test("when a recording is opened on it, which ends what was live", async () => {
    await using live = await LivePage.open(browser());
    const { page } = live;
    live.give(10);
    await live.accounts(10, 0);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export view" }).click(),
    ]);
    live.give(3);
    await live.accounts(13, 0);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    live.give(4);
    await page.getByRole("button", { name: "Go on (4 new)" }).waitFor();
    await page.getByLabel("A recording").setInputFiles(await download.path());
    await page.getByText("ended", { exact: true }).waitFor();
    await live.accounts(10, 0);
    expect(await live.isConnected()).toBe(false);
    await page.reload();
    await live.accounts(17, 0);
    expect(live.emitted).toBe(17);
  });
});

describe("a list of what comes", { timeout: 60_000 }, () => {
  test("leaves its reader where he is, and follows again from the end", async () => {
    await using live = await LivePage.open(browser());
    const { page } = live;
    const rows = page.getByRole("listbox", { name: /^Signals/ });
    const top = (): Promise<number> => rows.evaluate((element) => element.scrollTop);
    live.give(500);
    await page.getByRole("option", { name: /"number":500\b/ }).waitFor();
    await rows.evaluate((element) => element.scrollTo(0, 1_000));
    await page.getByRole("option", { name: /"number":40\b/ }).waitFor();
    live.give(1);
    await live.accounts(501, 0);
    expect(await top()).toBe(1_000);
    await rows.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByRole("option", { name: /"number":501\b/ }).waitFor();
    live.give(1);
    await page.getByRole("option", { name: /"number":502\b/ }).waitFor();
  });

  test("lets keys pass over what nobody can select", async () => {
    await using live = await LivePage.open(browser());
    const { page } = live;
    live.give(2);
    live.source.give(gap(7n), gap(8n));
    live.give(2);
    await live.accounts(4, 15);
    await page.getByRole("option", { name: /"number":2\b/ }).click();
    const selected = page.getByRole("option", { selected: true });
    for (const [key, number] of Object.entries({ j: 3, k: 2, End: 4, Home: 1 })) {
      await page.keyboard.press(key);
      expect(await selected.innerText(), key).toContain(`"number":${number}}`);
    }
  });
});
