import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import { CosmoError, describeThrown } from "../../../errors/index.js";

const host = "127.0.0.1";

/** Connections at once; one more is ended. */
const connectionsMax = 64;

/** Serves the figures of a Synapse on this machine: `GET /metrics` in the format of Prometheus, and `GET /healthz`. */
export class MetricsServer {
  readonly #registry: Registry;
  readonly #isServing: () => boolean;
  readonly #server: Server;

  constructor(registry: Registry, isServing: () => boolean) {
    this.#registry = registry;
    this.#isServing = isServing;
    this.#server = createServer({ requestTimeout: 10_000, maxHeaderSize: 16_384 }, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server.maxConnections = connectionsMax;
  }

  /** Listens; resolves with the URL. Rejects with UNAVAILABLE if the port is taken. */
  async start(port: number): Promise<string> {
    this.#server.listen(port, host);
    try {
      await once(this.#server, "listening");
    } catch (thrown) {
      throw new CosmoError("UNAVAILABLE", `Cannot serve metrics on ${host}:${port}: ${describeThrown(thrown)}`);
    }
    const address = this.#server.address();
    const listening = typeof address === "object" && address !== null ? address.port : port;
    return `http://${host}:${listening}/metrics`;
  }

  /** Ends all connections. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method === "GET" && url === "/metrics") {
      const text = await this.#registry.metrics();
      response.writeHead(200, { "content-type": this.#registry.contentType }).end(text);
    } else if (method === "GET" && url === "/healthz") {
      const isServing = this.#isServing();
      response
        .writeHead(isServing ? 200 : 503, { "content-type": "text/plain" })
        .end(isServing ? "ok\n" : "draining\n");
    } else {
      response.writeHead(404, { "content-type": "text/plain" }).end("There are /metrics and /healthz\n");
    }
  }
}
