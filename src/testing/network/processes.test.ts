// Processes that are killed, idle, stuck, or come and go.
import { afterEach, describe, expect, test } from "vitest";
import { Right, type DeliveryNote } from "../../../gen/cosmonapse/v1/frames.js";
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { CosmoError } from "../../errors/index.js";
import { systemClock } from "../../foundation/index.js";
import { connectSynapse, GrpcSynapse } from "../../synapse/grpc/index.js";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import { Peer } from "../index.js";
import { Child } from "./child.js";
import type { Held } from "./held.js";
import { RawLink } from "./raw-link.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function child(name: string, ...args: string[]): Child {
  const made = new Child(name, args);
  closing.push(() => made.end());
  return made;
}

async function startServer(
  options: { port?: number; limits?: Partial<Limits> } = {},
): Promise<{ server: Child; url: string; port: number }> {
  const server = child("server-process", JSON.stringify({ port: 0, ...options }));
  const url = await server.line();
  return { server, url, port: Number(new URL(url).port) };
}

async function startAsker(url: string): Promise<Dendrite> {
  const synapse = await connectSynapse(url);
  const asker = new Dendrite({ synapse, namespace: "demo", dendriteId: "asker", role: "orchestrator" });
  closing.push(
    () => synapse.close(),
    () => asker.close(),
  );
  return asker.start();
}

const heldBy = async (server: Child): Promise<Held> => {
  // What the server process prints.
  return (await server.ask()) as Held;
};

describe("kill -9 of a worker with 100 tasks in hand", () => {
  test.each([
    ["ends each on the replica, if it is safe to try again", "retry"],
    ["ends each with WORKER_LOST, if it is not", "once"],
  ])(
    "%s",
    async (_, safety) => {
      const { url } = await startServer({ limits: { sessionGraceMs: 300 } });
      const worker = child("worker-process", url, "hold-1", "thinker", safety);
      expect(await worker.line()).toBe("ready");
      const asker = await startAsker(url);
      const asked = Array.from({ length: 100 }, () =>
        asker.dispatchAndWait<string>({ neuron: "thinker", timeoutMs: 30_000 }).then(
          ({ output }) => output,
          (thrown: unknown) => (thrown instanceof CosmoError ? `${thrown.code} ${thrown.detail.effect}` : "?"),
        ),
      );
      while ((await worker.line()) !== "holding 100");
      const replica = child("worker-process", url, "replica", "thinker", safety);
      expect(await replica.line()).toBe("ready");
      await worker.end("SIGKILL");

      const outcomes = await Promise.all(asked);
      expect(new Set(outcomes)).toEqual(new Set([safety === "retry" ? "replica" : "WORKER_LOST 2"]));
      expect(await asker.dispatchAndWait({ neuron: "thinker" })).toMatchObject({ output: "replica" });
    },
    30_000,
  );
});

describe("a Synapse's process", () => {
  test("drains on SIGTERM: what is in flight ends, what is new is refused, and it exits with 0", async () => {
    const { server, url } = await startServer();
    const asker = await startAsker(url);
    const synapse = await connectSynapse(url);
    const worker = new Dendrite({ synapse, namespace: "demo", dendriteId: "worker" });
    closing.push(
      () => synapse.close(),
      () => worker.close(),
    );
    let finish: (output: string) => void = () => undefined;
    const begun = new Promise<void>((begin) => {
      const neuron = (): Promise<string> =>
        new Promise((resolve) => {
          finish = resolve;
          begin();
        });
      void worker.attachAxon(new Axon({ neuronId: "thinker", neuron }));
    });
    await worker.start();
    const pending = asker.dispatchAndWait({ neuron: "thinker" });
    await begun;
    const exited = server.end("SIGTERM");
    let refused: unknown;
    while (refused === undefined) {
      const early = asker.dispatch({ neuron: "nobody" });
      refused = await early.outcome.then(
        () => undefined,
        (thrown: CosmoError) => (thrown.code === "UNAVAILABLE" ? thrown : undefined),
      );
    }
    finish("done");
    expect((await pending).output).toBe("done");
    expect(await exited).toBe(0);
  }, 20_000);

  test("that is killed and started again is found by its Dendrites, which register again", async () => {
    const { server, url, port } = await startServer();
    const worker = child("worker-process", url, "worker", "thinker", "once");
    expect(await worker.line()).toBe("ready");
    const asker = await startAsker(url);
    await asker.dispatchAndWait({ neuron: "thinker" });
    await server.end("SIGKILL");
    await startServer({ port });
    let output: unknown;
    while (output === undefined) {
      try {
        ({ output } = await asker.dispatchAndWait({ neuron: "thinker", timeoutMs: 5_000 }));
      } catch (thrown) {
        expect(String(thrown)).toMatch(/UNAVAILABLE|UNROUTABLE|OUTCOME_UNKNOWN|SESSION_LOST/);
        await new Promise(setImmediate);
      }
    }
    expect(output).toBe("worker");
  }, 30_000);

  test("keeps 2,000 idle connections for little, and serves others as before", async () => {
    const { server, url, port } = await startServer();
    const before = await heldBy(server);
    const idle = Array.from({ length: 2_000 }, () => new RawLink(port));
    closing.push(() => idle.forEach((link) => link.close()));
    for (const [index, link] of idle.entries()) link.hello({ dendriteId: `idle-${index}` });
    for (const link of idle) await link.next("welcome");
    const after = await heldBy(server);
    expect(after).toMatchObject({ figures: [{ sessions: 2_000 }] });
    const each = (after.heapBytes + after.externalBytes - before.heapBytes - before.externalBytes) / 2_000;
    expect(each).toBeLessThan(100_000);
    const asker = await startAsker(url);
    await expect(asker.dispatchAndWait({ neuron: "nobody" })).rejects.toMatchObject({ code: "UNROUTABLE" });
  }, 60_000);

  test("is not harmed by an observer that never reads while 100,000 Signals pass", async () => {
    const { server, url, port } = await startServer();
    const stuck = new RawLink(port);
    closing.push(() => stuck.close());
    stuck.hello({ dendriteId: "stuck", rights: [Right.OBSERVE] });
    await stuck.next("welcome");
    stuck.send({ $case: "subscribe", value: { subscriptionId: "all", filter: undefined, number: 1n } });
    await stuck.next("live");
    stuck.stopReading();
    const synapse = new GrpcSynapse(url);
    closing.push(() => synapse.close());
    const count = { seen: 0, missed: 0 };
    const nothing = (): void => undefined;
    const watching = await synapse.open(
      { namespace: "demo", dendriteId: "watching" },
      {
        deliver: (_signal: Uint8Array, note: DeliveryNote) => void (note.position > 0n && (count.seen += 1)),
        gap: ({ missed }) => void (count.missed += Number(missed)),
        live: nothing,
        credit: nothing,
        ended: nothing,
      },
    );
    await watching.subscribe("all", { types: [], traceIds: [], participants: [] });
    const publisher = await Peer.open({ synapse, clock: systemClock, dendriteId: "publisher", namespace: "demo" });
    const send = async (signals: number): Promise<void> => {
      for (let sent = 0; sent < signals; sent += 500) {
        await Promise.all(
          Array.from({ length: 500 }, () =>
            publisher.publish(publisher.make({ body: { $case: "heartbeat", value: { ids: [] } } })),
          ),
        );
      }
    };
    await send(20_000);
    const before = await heldBy(server);
    await send(80_000);
    const after = await heldBy(server);
    expect(after.heapBytes + after.externalBytes).toBeLessThan(before.heapBytes + before.externalBytes + 40_000_000);
    while (count.seen + count.missed < 100_000) await publisher.fence();
    expect(count.seen).toBeGreaterThan(0);
  }, 60_000);

  test("holds nothing after 10,000 connects and closes, nor does the process that made them", async () => {
    const { server, url } = await startServer();
    const visitors = child("connects-process", url, "10000");
    const readHeldLine = async (): Promise<Held> => JSON.parse(await visitors.line()) as Held;
    const early = await readHeldLine();
    const before = await heldBy(server);
    const late = await readHeldLine();
    await visitors.end();
    let after = await heldBy(server);
    while (after.handles > 12) after = await heldBy(server);
    expect(after).toMatchObject({ figures: [{ sessions: 0 }] });
    expect(late.heapBytes).toBeLessThan(early.heapBytes + 15_000_000);
    expect(late.handles).toBeLessThanOrEqual(early.handles + 2);
    expect(after.heapBytes).toBeLessThan(before.heapBytes + 15_000_000);
  }, 120_000);
});
