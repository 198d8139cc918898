// The page on small windows, zoomed, and for those who do not like motion.
import { describe, expect, test } from "vitest";
import { answerRecord, errorRecord, taskRecord } from "../records/index.js";
import { LivePage, useBrowser, views } from "./live-page.js";

const browser = useBrowser();

const windows = {
  "1280×800": { viewport: { width: 1280, height: 800 } },
  "800×600": { viewport: { width: 800, height: 600 } },
  // What is left of 1280×800 at a zoom of 200 %.
  "640×400, zoomed": { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
} as const;

describe.each(Object.entries(windows))("in a window of %s", (_, context) => {
  test("each view has most of the room, nothing is cut off sideways", { timeout: 60_000 }, async () => {
    await using live = await LivePage.open(browser(), { context });
    const { page } = live;
    live.give(1, () => taskRecord());
    live.give(1, () => errorRecord("INTERNAL"));
    live.give(1, () => answerRecord(40));
    await live.accounts(3, 0);
    const { width, height } = context.viewport;
    for (const view of views) {
      await live.show(view);
      await live.nextFrames();
      const box = async (selector: string) =>
        (await page.locator(selector).boundingBox()) ?? { y: 0, height: 0, width: 0 };
      const [stage, foot] = [await box(".stage"), await box(".foot")];
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(width);
      expect(stage.height, view).toBeGreaterThanOrEqual(Math.max(200, height * 0.25));
      // A window that is low scrolls.
      expect(foot.y + foot.height, view).toBeLessThanOrEqual(Math.max(640, height));
      expect(foot.height, view).toBeLessThanOrEqual(60);
      const cut = await page.evaluate(
        () =>
          [...document.querySelectorAll("button, input, .lane, .outcome")]
            .filter((element) => element.closest(".unseen") === null)
            .map((element) => element.getBoundingClientRect())
            .filter(({ left, right, width: wide }) => wide > 1 && (left < 0 || right > innerWidth + 1)).length,
      );
      expect(cut, view).toBe(0);
    }
  });
});

test("nothing moves for those who do not like it", { timeout: 60_000 }, async () => {
  await using live = await LivePage.open(browser(), { context: { reducedMotion: "reduce" }, view: "graph" });
  live.give(1, () => taskRecord());
  live.give(1, () => answerRecord(40));
  await live.accounts(2, 0);
  await live.nextFrames();
  expect(await live.page.evaluate(() => document.getAnimations().length)).toBe(0);
  const stage = live.page.locator(".stage");
  const first = await stage.screenshot();
  await live.nextFrames();
  expect((await stage.screenshot()).equals(first)).toBe(true);
});
