import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Opening, type Ending } from "../../gen/cosmonapse/prism/v1/prism.js";
import type { DopplerRecord } from "../doppler/index.js";
import { checkOptions, CosmoError, describeThrown, toCosmoError } from "../errors/index.js";
import { Access } from "./access.js";
import { History, type HistoryOptions } from "./history.js";
import { PageFeed, type Place } from "./page-feed.js";
import { readPageFiles, type PageFile } from "./page-files.js";
import { redact } from "./redact.js";

/** How a `PrismServer` is made. */
export interface PrismServerOptions {
  /** What is shown: a `Tap`, or the records of a recording. It is read at once, whatever pages do. */
  readonly records: AsyncIterable<DopplerRecord>;
  readonly namespace: string;
  /** The URL of the Synapse, or the name of the recording; for people. */
  readonly source: string;
  /** True for a Synapse, false for a recording. */
  readonly isLive: boolean;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** The port; 0 is any that is free. Default: 7071. */
  readonly port?: number;
  /** What is kept for pages that open late. */
  readonly history?: HistoryOptions;
  /** False: secrets are shown. Default: true. */
  readonly redact?: boolean;
  /** The version that pages are told. Default: none. */
  readonly version?: string;
  /** The folder of the built page. Default: the one in the package. */
  readonly pageFolder?: string;
}

const parts: ReadonlySet<string> = new Set([
  "records",
  "namespace",
  "source",
  "isLive",
  "host",
  "port",
  "history",
  "redact",
  "version",
  "pageFolder",
] satisfies (keyof PrismServerOptions)[]);

/** The most that a page may say at once, bytes, and the most connections at once. */
const bounds = { messageBytes: 4_096, connections: 256, pages: 64 };

/** After so many records, whatever waits in the event loop has its turn. */
const burst = 512;

const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * Serves the live view: the page, and to each page what a watcher sees. It keeps the newest records and reads its source
 * at once, so that neither a page that stopped nor many pages are felt by a Synapse. Only pages of this very server are
 * let in, by a link whose token works once; what a page says can ask for nothing but what it missed.
 *
 * `new` → `start` → `close`, which is idempotent.
 */
export class PrismServer implements AsyncDisposable {
  readonly #options: PrismServerOptions;
  readonly #history: History;
  readonly #access = new Access();
  readonly #feeds = new Set<PageFeed>();
  readonly #places = new Map<string, readonly Place[]>();
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  #files: ReadonlyMap<string, PageFile> = new Map();
  #origin = "";
  #isPumping = false;
  #over: CosmoError | undefined;
  #ending: Ending | undefined;
  #isOver = false;
  #ended: Promise<void> = Promise.resolve();
  #reader: AsyncIterator<DopplerRecord> | undefined;

  /** Throws INVALID_ARGUMENT for an option that is unknown. */
  constructor(options: PrismServerOptions) {
    checkOptions("The PrismServer", options, parts);
    this.#options = options;
    this.#history = new History(options.history);
    this.#http = createServer({ requestTimeout: 10_000, maxHeaderSize: 16_384 }, (request, response) =>
      this.#answer(request, response),
    );
    this.#http.maxConnections = bounds.connections;
    this.#http.on("upgrade", (request, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head));
    this.#sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: bounds.messageBytes });
  }

  /** What pages can be shown: records from 1. */
  get history(): Pick<History, "newest" | "oldest" | "emitted"> {
    return this.#history;
  }

  /** Listens, begins to read, and gives a link. Rejects with UNAVAILABLE if the port is taken. */
  async start(): Promise<{ readonly url: string; readonly host: string; readonly port: number }> {
    const { host = "127.0.0.1", port = 7_071, pageFolder } = this.#options;
    this.#files = readPageFiles(pageFolder);
    this.#http.listen(port, host);
    try {
      await once(this.#http, "listening");
    } catch (thrown) {
      throw new CosmoError("UNAVAILABLE", `Cannot listen on ${host}:${port}: ${describeThrown(thrown)}`, {
        cause: thrown,
      });
    }
    const address = this.#http.address();
    const listening = typeof address === "object" && address !== null ? address.port : port;
    this.#access.listen(host, listening);
    // A browser is at home with an address, not with all of them.
    const shown = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    this.#origin = `http://${shown.includes(":") ? `[${shown}]` : shown}:${listening}`;
    this.#ended = this.#read();
    return { url: this.link(), host, port: listening };
  }

  /** A link that opens the page once. */
  link(): string {
    return `${this.#origin}/#token=${this.#access.createToken()}`;
  }

  /** Resolves when the source has ended: with why, if that was no end of its own. */
  async ended(): Promise<CosmoError | undefined> {
    await this.#ended;
    return this.#over;
  }

  /** Ends all pages' connections, and lets go of the source. */
  async close(): Promise<void> {
    this.#isOver = true;
    for (const feed of this.#feeds) feed.end("The server closes");
    for (const client of this.#sockets.clients) client.terminate();
    const closed = once(this.#http, "close");
    const wasListening = this.#http.listening;
    this.#http.close();
    this.#http.closeAllConnections();
    if (wasListening) await closed;
    // A source that waits for something lets go when its own abort is heard.
    void this.#reader?.return?.();
  }

  /** Closes. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(): Promise<void> {
    const isRedacted = this.#options.redact !== false;
    this.#reader = this.#options.records[Symbol.asyncIterator]();
    try {
      for (
        let next = await this.#reader.next();
        next.done !== true && !this.#isOver;
        next = await this.#reader.next()
      ) {
        const { record, count } = isRedacted ? redact(next.value) : { record: next.value, count: 0 };
        this.#history.add(record, count);
        this.#pumpSoon();
        // A source that has everything at hand must not keep pages from being heard.
        if (this.#history.newest % burst === 0) await new Promise(setImmediate);
      }
    } catch (thrown) {
      this.#over = toCosmoError(thrown, "INTERNAL");
    }
    const reason = this.#over === undefined ? "This is the end of it" : this.#over.message;
    this.#ending = { reason, detail: this.#over?.detail };
    for (const feed of this.#feeds) feed.pump();
  }

  /** Once for all that comes in one turn. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      for (const feed of this.#feeds) feed.pump();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "" } = request;
    const refuse = (status: number, why: string): void =>
      void response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8" }).end(`${why}\n`);
    if (!this.#access.isOurs(request)) return refuse(403, "This is not a name of this server");
    if (method !== "GET" && method !== "HEAD") return refuse(405, "There are GET and HEAD");
    const file = this.#files.get(url.split("?")[0] ?? "");
    if (file === undefined) return refuse(404, "There is no such file");
    const { type, body, isLasting } = file;
    const cache = isLasting ? "public, max-age=31536000, immutable" : "no-store";
    response.writeHead(200, {
      ...headers,
      "content-type": type,
      "content-length": body.length,
      "cache-control": cache,
    });
    return void response.end(method === "HEAD" ? undefined : body);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => undefined);
    const isPage = request.url === "/feed" && this.#access.isOurs(request) && this.#access.isOurPage(request);
    const isFull = this.#feeds.size >= bounds.pages;
    if (!isPage || isFull || this.#isOver) {
      const status = isPage ? "503 Service Unavailable" : "403 Forbidden";
      return void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
    return this.#sockets.handleUpgrade(request, socket, head, (page) => {
      const feed = new PageFeed({
        socket: page,
        history: this.#history,
        places: this.#places,
        enter: (token) => this.#access.enter(token),
        opening: (sessionKey) => this.#opening(sessionKey),
        ending: () => this.#ending,
        onClosed: () => void this.#feeds.delete(feed),
      });
      this.#feeds.add(feed);
    });
  }

  #opening(sessionKey: string): Opening {
    const { namespace, source, isLive, version = "" } = this.#options;
    return Opening.create({
      namespace,
      source,
      isLive,
      sessionKey,
      oldest: BigInt(this.#history.oldest),
      newest: BigInt(this.#history.newest),
      isRedacted: this.#options.redact !== false,
      version,
    });
  }
}
