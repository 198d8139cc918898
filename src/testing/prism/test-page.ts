import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import {
  PageMessage,
  ServerMessage,
  type Opening,
  type Record as FeedRecord,
} from "../../../gen/cosmonapse/prism/v1/prism.js";
import type { DopplerRecord } from "../../doppler/index.js";
import { taskRecord } from "../records/index.js";
import { CosmoError } from "../../errors/index.js";
import { createDeferred, type Deferred } from "../../foundation/index.js";
import { PrismServer, type PrismServerOptions } from "../../prism/index.js";

/** A folder with a page in it, as the build leaves one. */
export function makePageFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-page-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Prism</title>");
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** A page without a browser: enters by a link or a key, and keeps what it is told. */
export class TestPage {
  readonly socket: WebSocket;
  readonly records: FeedRecord[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  opening: Opening | undefined;
  ending: string | undefined;
  /** False: it takes nothing over. */
  takes = true;
  #woken: Deferred<void> = createDeferred();

  constructor(url: string, { origin }: { readonly origin?: string } = {}) {
    const { host } = new URL(url);
    this.socket = new WebSocket(`ws://${host}/feed`, { origin: origin ?? `http://${host}` });
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data: Buffer) => this.#take(data));
    this.closed = once(this.socket, "close").then(([code, reason]: unknown[]) => {
      this.#woken.resolve();
      return { code: Number(code), reason: String(reason) };
    });
  }

  /** Enters, and resolves when it was let in. */
  static async enter(url: string, token: string, after = 0n): Promise<TestPage> {
    const page = new TestPage(url);
    await once(page.socket, "open");
    page.say({ $case: "enter", value: { token, after } });
    await page.until(() => page.opening !== undefined);
    return page;
  }

  /** Says something. */
  say(message: NonNullable<PageMessage["message"]>): void {
    this.socket.send(PageMessage.encode({ message }).finish());
  }

  /** Says that it has taken over all that it was told. */
  takeAll(): void {
    const through = this.records.at(-1)?.number;
    if (through !== undefined) this.say({ $case: "taken", value: { through } });
  }

  /** Resolves when something is so; rejects if the connection ends before. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.socket.readyState === WebSocket.CLOSED) throw new CosmoError("CLOSED", "the connection ended before");
      this.#woken = createDeferred();
      await this.#woken.promise;
    }
  }

  /** Goes, as a page that is closed. */
  async leave(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  #take(data: Buffer): void {
    const { message } = ServerMessage.decode(new Uint8Array(data));
    if (message?.$case === "opening") this.opening = message.value;
    if (message?.$case === "ending") this.ending = message.value.reason;
    if (message?.$case === "records") {
      this.records.push(...message.value.records);
      if (this.takes) this.takeAll();
    }
    this.#woken.resolve();
  }
}

/** The token of a link. */
export function tokenOf(url: string): string {
  return new URL(url).hash.replace("#token=", "");
}

/** What a page was shown, and what it was told it is not shown. */
export function countsOf(records: readonly FeedRecord[]): { readonly shown: number; readonly missing: bigint } {
  let shown = 0;
  let missing = 0n;
  for (const { what } of records) {
    if (what?.$case === "seen") shown += 1;
    if (what?.$case === "missing") missing += what.value.count ?? 0n;
  }
  return { shown, missing };
}

/** Records that a test gives one by one. */
export class Source implements AsyncIterable<DopplerRecord> {
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

/** Signals with the numbers from `first` on. */
export function signals(first: number, count: number): readonly DopplerRecord[] {
  return Array.from({ length: count }, (_, at) => ({ ...taskRecord(), number: first + at }));
}

/** A server on a free port, of records that a test gives; the test closes it. */
export async function serve(records: AsyncIterable<DopplerRecord>, options: Partial<PrismServerOptions> = {}) {
  const about = { namespace: "demo", source: "a test", isLive: true, port: 0 };
  const server = new PrismServer({ records, ...about, ...options });
  const { url } = await server.start();
  return { server, url };
}
