// A page of the live view in a real browser, of records that a test gives.
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, inject } from "vitest";
import type { DopplerRecord } from "../../doppler/index.js";
import { CosmoError } from "../../errors/index.js";
import type { PrismServer, PrismServerOptions } from "../../prism/index.js";
import { createIdSource, encodeJson } from "../../signal/index.js";
import { recordOf } from "../records/index.js";
import { serve, Source } from "../prism/index.js";

/** The address as the page has it by now: what the driver knows of it comes later. */
export function addressOf(page: Page): Promise<string> {
  return page.evaluate(() => location.href);
}

/** The views, by the names of their tabs. */
export const views = ["Graph", "Signals", "Traces", "Tree", "Waterfall", "Sequence", "Memory", "Metrics"] as const;

/** Starts Chromium, in which names may mean what a test wants. */
export function launchBrowser(resolverRules = ""): Promise<Browser> {
  // A container's user is often root, for whom the sandbox does not start.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", `--host-resolver-rules=${resolverRules}`];
  return chromium.launch({ executablePath: inject("chromium"), args });
}

const ids = createIdSource();

/**
 * The browser of a file of tests: started before them, closed after them. Where there is none they are skipped, with the
 * words for that.
 */
export function useBrowser(resolverRules?: string): () => Browser {
  const missing = inject("chromiumMissing");
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (missing === "") browser = await launchBrowser(resolverRules);
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(({ skip }) => {
    if (missing !== "") skip(missing);
  });
  return () => {
    if (browser === undefined) throw new CosmoError("CLOSED", "there is a browser only within a test");
    return browser;
  };
}

/** A TASK of its own trace that says its number. */
function numberedTask(number: number): DopplerRecord {
  const value = { input: encodeJson({ number }, "INVALID_INPUT"), context: undefined };
  return recordOf({ traceId: ids.traceId(), source: "asker", body: { $case: "task", value } }, { asked: ["planner"] });
}

/** How a page is opened. */
export interface LivePageOptions {
  readonly prism?: Partial<PrismServerOptions>;
  readonly context?: BrowserContextOptions;
  /** The view that it opens with. Default: list. */
  readonly view?: string;
}

interface Parts {
  readonly page: Page;
  readonly server: PrismServer;
  readonly source: Source;
}

/** A page, the server that it came from, and the source of what it is told. */
export class LivePage implements AsyncDisposable {
  readonly page: Page;
  readonly source: Source;
  readonly #server: PrismServer;
  #number = 0;

  private constructor({ page, server, source }: Parts) {
    this.page = page;
    this.source = source;
    this.#server = server;
  }

  /** How many Signals the watcher saw, and those it was told it missed. */
  get emitted(): number {
    const { signals, missed } = this.#server.history.emitted;
    return signals + Number(missed);
  }

  /** Opens a page, and resolves when it is live. */
  static async open(browser: Browser, options: LivePageOptions = {}): Promise<LivePage> {
    const source = new Source();
    const { server, url } = await serve(source, options.prism);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options.context });
    const page = await context.newPage();
    await page.addInitScript(rememberSockets);
    await page.goto(url.replace("/#", `/?view=${options.view ?? "list"}#`));
    await page.getByText("live", { exact: true }).waitFor();
    return new LivePage({ page, server, source });
  }

  /** Another link of the server. */
  link(): string {
    return this.#server.link();
  }

  /** Goes to a view. */
  async show(view: (typeof views)[number]): Promise<void> {
    await this.page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: view }).click();
  }

  /** Resolves when what was asked for before is painted. */
  async nextFrames(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Gives so many Signals, each a TASK of its own that says its number. */
  give(count: number, tell: (number: number) => DopplerRecord = numberedTask): void {
    const records = Array.from({ length: count }, () => {
      this.#number += 1;
      const record = tell(this.#number);
      return record.kind === "signal" ? { ...record, number: this.#number } : record;
    });
    this.source.give(...records);
  }

  /** Resolves when the page says that it shows so many, and that so many are missing. */
  async accounts(shown: number, missing: number): Promise<void> {
    const isSo = (wanted: string): boolean =>
      [...document.querySelectorAll("footer strong")]
        .slice(0, 2)
        .map(({ textContent }) => (textContent ?? "").replaceAll(",", ""))
        .join(" ") === wanted;
    await this.page.waitForFunction(isSo, `${shown} ${missing}`);
  }

  /** Cuts the page's connection, as a network does. */
  async cut(): Promise<void> {
    await this.page.evaluate(() => {
      // Put there by `rememberSockets`.
      (globalThis as unknown as { sockets: WebSocket[] }).sockets.at(-1)?.close();
    });
  }

  /** True while the page's newest connection is open, and neither closed nor about to be. */
  isConnected(): Promise<boolean> {
    return this.page.evaluate(() => {
      // Put there by `rememberSockets`.
      const { sockets } = globalThis as unknown as { sockets: WebSocket[] };
      return sockets.at(-1)?.readyState === WebSocket.OPEN;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
    this.source.end();
    await this.#server.close();
  }
}

/** Runs in the page, before it: keeps its connections, so that a test can cut one. */
function rememberSockets(): void {
  const sockets: WebSocket[] = [];
  globalThis.WebSocket = class extends WebSocket {
    constructor(url: string | URL) {
      super(url);
      sockets.push(this);
    }
  };
  Object.assign(globalThis, { sockets });
}
