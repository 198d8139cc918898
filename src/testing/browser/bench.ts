// `npm run bench:prism`: the live view in a real Chromium, fed by a watcher that sees so much. Arguments: `--quick`, or
// `--long`, which shows 5,000 Signals a second for ten minutes.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Page } from "playwright-core";
import type { DopplerRecord } from "../../doppler/index.js";
import { systemClock } from "../../foundation/index.js";
import { PrismServer } from "../../prism/index.js";
import { bodyType, createIdSource, createSignal, encodeJson, encodeSignal } from "../../signal/index.js";

const isQuick = process.argv.includes("--quick");
const isLong = process.argv.includes("--long");
const ids = createIdSource();
const stepMs = 10;

/** A TASK of about 300 bytes that says when it was seen. */
function task(number: number, parts: { readonly traceId: string; readonly parentId: string }): DopplerRecord {
  const at = Date.now();
  const input = encodeJson(
    { number, at, question: "what does the memory know of this, and who said so?" },
    "INVALID_INPUT",
  );
  const body = { $case: "task", value: { input, context: undefined } } as const;
  const signal = createSignal({ ...parts, source: `asker-${number % 20}`, body }, ids, systemClock);
  const bytes = encodeSignal(signal);
  const seen = { position: BigInt(number), isSnapshot: false, asked: [`worker-${number % 7}`], attempt: 1 };
  return { kind: "signal", namespace: "bench", at, number, signal, bytes, type: bodyType(signal.body), ...seen };
}

/** So many Signals a second for so long, each ten in a trace of their own. */
async function* steady(perSecond: number, seconds: number): AsyncGenerator<DopplerRecord, void, void> {
  const begin = performance.now();
  const total = perSecond * seconds;
  let traceId = ids.traceId();
  for (let number = 1; number <= total;) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond));
    for (; number <= due; number += 1) {
      if (number % 10 === 1) traceId = ids.traceId();
      yield task(number, { traceId, parentId: "" });
    }
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}

/** One trace of so many Signals, each below one before it. */
async function* large(total: number): AsyncGenerator<DopplerRecord, void, void> {
  const traceId = ids.traceId();
  const seen: string[] = [];
  for (let number = 1; number <= total; number += 1) {
    const record = task(number, { traceId, parentId: seen[number >> 2] ?? "" });
    if (record.kind === "signal") seen.push(record.signal.id);
    yield record;
    if (number % 1_000 === 0) await new Promise(setImmediate);
  }
}

async function withPage(records: AsyncIterable<DopplerRecord>, use: (page: Page) => Promise<void>): Promise<void> {
  const names = [process.env["COSMO_CHROMIUM"] ?? "chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const executablePath = folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
  if (executablePath === undefined) throw new Error("There is no Chromium on the path");
  await using prism = new PrismServer({ records, namespace: "bench", source: "a bench", isLive: true, port: 0 });
  const { url } = await prism.start();
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--enable-precise-memory-info"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(url.replace("/#", "/?view=list#"));
    await page.getByText("live", { exact: true }).waitFor();
    await use(page);
  } finally {
    await browser.close();
  }
}

/** What the page measures of itself in each frame: how long frames take, and how old a Signal is when it is painted. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const taken = { frames: [0].slice(1), delays: [0].slice(1), heap: [0].slice(1) };
    let last = performance.now();
    let newest = 0;
    const frame = (at: number): void => {
      taken.frames.push(at - last);
      last = at;
      let top = newest;
      for (const text of document.querySelectorAll(".row .line-text")) {
        const numberOf = (name: string): number =>
          Number(new RegExp(`"${name}":(\\d+)`).exec(text.textContent ?? "")?.[1] ?? 0);
        const [when, count] = [numberOf("at"), numberOf("number")];
        if (count > newest) taken.delays.push(Date.now() - when);
        top = Math.max(top, count);
      }
      newest = top;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    setInterval(() => {
      // Chromium alone has it.
      const { memory } = performance as unknown as { memory: { usedJSHeapSize: number } };
      taken.heap.push(memory.usedJSHeapSize / 2 ** 20);
    }, 1_000);
    Object.assign(globalThis, { taken });
  });
}

/** Waits until what is shown and what is declared missing are all that was emitted: a page keeps 250,000. */
async function untilAccounted(page: Page, total: number, timeout: number): Promise<void> {
  const isAccounted = (emitted: number): boolean => {
    const figures = [...document.querySelectorAll("footer strong")].slice(0, 2);
    const read = figures.map(({ textContent }) => Number((textContent ?? "").replaceAll(",", "")));
    return read.reduce((sum, one) => sum + one, 0) === emitted;
  };
  await page.waitForFunction(isAccounted, total, { timeout });
}

interface Taken {
  readonly frames: readonly number[];
  readonly delays: readonly number[];
  readonly heap: readonly number[];
}

function part(values: readonly number[], share: number): string {
  const sorted = values.toSorted((one, other) => one - other);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
}

async function bench(perSecond: number, seconds: number): Promise<void> {
  const total = perSecond * seconds;
  await withPage(steady(perSecond, seconds), async (page) => {
    await observe(page);
    await untilAccounted(page, total, seconds * 1_000 + 60_000);
    // What the page keeps for this is what `observe` left there.
    const { frames, delays, heap } = await page.evaluate(() => (globalThis as unknown as { taken: Taken }).taken);
    const foot = (await page.locator("footer").innerText()).split("\n").slice(0, 2).join(", ");
    const painted = `published → painted p50 ${part(delays, 0.5)} ms, p99 ${part(delays, 0.99)} ms (${delays.length} Signals)`;
    const pace = `frames p50 ${part(frames, 0.5)} ms, p95 ${part(frames, 0.95)} ms`;
    const memory = `heap ${part(heap, 0.5)} MB, at most ${part(heap, 1)} MB`;
    process.stdout.write(`${perSecond}/s for ${seconds} s: ${foot}; ${painted}; ${pace}; ${memory}\n`);
  });
}

async function open(total: number): Promise<void> {
  await withPage(large(total), async (page) => {
    await untilAccounted(page, total, 120_000);
    for (const view of ["Tree", "Waterfall", "Sequence"]) {
      const begin = performance.now();
      await page.getByRole("navigation").getByRole("button", { name: view }).click();
      await page.locator(".view .row").first().waitFor({ timeout: 60_000 });
      process.stdout.write(`a trace of ${total} Signals as ${view}: ${(performance.now() - begin).toFixed(0)} ms\n`);
    }
  });
}

await bench(1_000, isQuick ? 5 : 20);
await bench(5_000, isQuick ? 5 : isLong ? 600 : 60);
await open(isQuick ? 10_000 : 100_000);
