import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { Registry } from "prom-client";
import { afterEach, describe, expect, test } from "vitest";
import { createIdSource, createSignal, encodeSignal } from "../../../signal/index.js";
import { FakeClock } from "../../../testing/index.js";
import { Hub } from "../../index.js";
import { createMetrics } from "./metrics.js";
import { MetricsServer } from "./metrics-server.js";
import { SynapseServer } from "./synapse-server.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const figures = { links: 3, resumed: 4, framesReceived: 5, framesSent: 6 };

describe("metrics", () => {
  test("are read when somebody asks, and show types of a later version as other", async () => {
    const clock = new FakeClock();
    const ids = createIdSource(clock);
    const hub = new Hub({ clock });
    const session = hub.open({ namespace: "demo", dendriteId: "one", onEnded: () => undefined });
    const registry = createMetrics(hub, () => figures);
    const before = await registry.metrics();
    const value = { input: undefined, context: undefined };
    const draft = { source: "one", traceId: ids.traceId(), body: { $case: "task", value } } as const;
    const bytes = encodeSignal(createSignal(draft, ids, clock));
    hub.publish(session, bytes);
    const counters = hub.figures()[0]?.counters;
    // Two types that this version does not know: one figure.
    counters?.accepted.fill(1, 500, 502);

    expect(before).not.toContain('type="TASK"');
    expect((await registry.metrics()).split("\n")).toEqual(
      expect.arrayContaining([
        "# TYPE cosmonapse_signals_accepted_total counter",
        'cosmonapse_signals_accepted_total{namespace="demo",type="TASK"} 1',
        'cosmonapse_signals_accepted_total{namespace="demo",type="other"} 2',
        `cosmonapse_accepted_bytes_total{namespace="demo"} ${bytes.length}`,
        "# TYPE cosmonapse_traces_open gauge",
        "cosmonapse_links 3",
        "cosmonapse_sessions_resumed_total 4",
        "cosmonapse_frames_received_total 5",
        "cosmonapse_frames_sent_total 6",
      ]),
    );
    // A second look adds nothing.
    expect(await registry.metrics()).toContain('{namespace="demo",type="other"} 2');
  });

  test("are of their own server, beside the figures of the process that all share", async () => {
    const [one, other] = [new Hub(), new Hub()];
    one.open({ namespace: "mine", dendriteId: "one", onEnded: () => undefined });
    const [first, second] = [createMetrics(one, () => figures), createMetrics(other, () => figures)];

    expect(await first.metrics()).toContain('namespace="mine"');
    const text = await second.metrics();
    expect(text).not.toContain('namespace="mine"');
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  test("do not keep a closed server in memory", async () => {
    const script = `
      import { SynapseServer } from "cosmonapse/grpc";
      const hubs = [];
      for (let count = 0; count < 5; count += 1) {
        const server = new SynapseServer({ port: 0, metricsPort: 0 });
        await (await fetch((await server.start()).metricsUrl)).text();
        hubs.push(new WeakRef(server.hub));
        await server.close();
      }
      // The newest may be held by what is not over yet. With a leak this does not end.
      while (hubs.filter((hub) => hub.deref() !== undefined).length > 1) {
        await new Promise(setImmediate);
        gc();
      }
      console.log("let go");
      process.exit();`;
    const flags = ["--expose-gc", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 15_000 });
    expect(stdout).toBe("let go\n");
  }, 30_000);
});

describe("the server of metrics", () => {
  test("leaves nothing open when its port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    closing.push(() => taken.close());
    await once(taken, "listening");
    const address = taken.address();
    const metricsPort = typeof address === "object" && address !== null ? address.port : 0;
    const probe = new SynapseServer({ port: 0 });
    const { port } = await probe.start();
    await probe.close();
    const server = new SynapseServer({ port, metricsPort });
    closing.push(() => server.close());

    await expect(server.start()).rejects.toMatchObject({ code: "UNAVAILABLE" });

    const socket = connect(port, "127.0.0.1");
    closing.push(() => socket.destroy());
    await expect(once(socket, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("refuses long headers, other methods, and more connections than it has", async () => {
    const server = new MetricsServer(new Registry(), () => false);
    closing.push(() => server.close());
    const url = await server.start(0);

    expect((await fetch(url, { headers: { long: "x".repeat(20_000) } })).status).toBe(431);
    expect((await fetch(url, { method: "POST" })).status).toBe(404);
    expect((await fetch(new URL("/healthz", url))).status).toBe(503);
    const sockets: Socket[] = [];
    const ended = new Promise<void>((resolve) => {
      for (let count = 0; count < 65; count += 1) {
        const socket = connect(Number(new URL(url).port), "127.0.0.1");
        socket.on("close", resolve).resume();
        sockets.push(socket);
      }
    });
    closing.push(() => sockets.forEach((socket) => socket.destroy()));
    await ended;
  });
});
