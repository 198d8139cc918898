// What operators and stock gRPC clients find beside the bus.
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Client, credentials, Metadata, type MethodDefinition } from "@grpc/grpc-js";
import { service as health } from "grpc-health-check";
import { afterEach, describe, expect, test } from "vitest";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { systemClock } from "../../foundation/index.js";
import { encodeSignal } from "../../signal/index.js";
import { Peer } from "../../testing/index.js";
import { GrpcSynapse, SynapseServer, type SynapseServerOptions } from "./index.js";
import { synapseService } from "./link/service.js";
import { fromStatus } from "./link/status.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: SynapseServerOptions = {}) {
  const server = new SynapseServer({ port: 0, ...options });
  closing.push(() => server.close());
  const listening = await server.start();
  const synapse = new GrpcSynapse(listening.url);
  closing.push(() => synapse.close());
  const peer = (dendriteId: string, namespace = "demo"): Promise<Peer> =>
    Peer.open({ synapse, clock: systemClock, dendriteId, namespace });
  return { server, peer, ...listening };
}

function call<Request, Response>(port: number, method: MethodDefinition<Request, Response>) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  closing.push(() => client.close());
  return (request: Request, token = ""): Promise<Response> => {
    const metadata = new Metadata();
    if (token !== "") metadata.set("authorization", `Bearer ${token}`);
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, (error, response) => {
        if (error === null && response !== undefined) resolve(response);
        else if (error !== null) reject(fromStatus(error));
      });
    });
  };
}

const task = (peer: Peer, id: string) => ({
  traceId: peer.ids.traceId(),
  directed: { id, type: "", capabilities: [], fanout: Fanout.ONE },
  body: { $case: "task", value: { input: undefined, context: undefined } } as const,
});

describe("operators", () => {
  test("see namespaces, participants and requests in flight, and stop a namespace", async () => {
    const { port, peer } = await start();
    const [worker, asker, other] = [await peer("worker"), await peer("asker"), await peer("other", "elsewhere")];
    await worker.registerNeuron("thinker", { maxInFlight: 1 });
    const { signal } = await asker.send(task(asker, "thinker"));
    await worker.nextWork();
    await asker.send(task(asker, "thinker"));

    const { namespaces } = await call(port, synapseService.listNamespaces)({});
    expect(namespaces).toMatchObject([
      { namespace: "demo", sessions: 2, participants: 1, requests: 2, traces: 2, position: 3n },
      { namespace: "elsewhere", sessions: 1, participants: 0, requests: 0, traces: 0, position: 0n },
    ]);
    const { participants } = await call(
      port,
      synapseService.listParticipants,
    )({ namespace: "demo", address: undefined });
    expect(participants).toMatchObject([
      { dendriteId: "worker", inFlight: 1, suspect: false, register: { body: { value: { id: "thinker" } } } },
    ]);
    const listed = await call(port, synapseService.listRequests)({ namespace: "demo" });
    expect(listed).toMatchObject({
      total: 2,
      requests: [{ id: signal.id, type: 17, waitingFor: ["thinker"], attempt: 1 }, { attempt: 0 }],
    });
    expect(listed.requests[0]?.remainingMs).toBeLessThanOrEqual(60_000n);

    const stopped = await call(
      port,
      synapseService.stopNamespace,
    )({ namespace: "demo", reason: "lunch", endSessions: true });
    expect(stopped).toMatchObject({ traces: 2, requests: 2, sessions: 2, failures: [] });
    expect(await asker.isOver.promise).toMatchObject({ code: "CANCELLED", message: expect.stringContaining("lunch") });
    await other.fence();
    expect(await call(port, synapseService.listRequests)({ namespace: "nowhere" })).toMatchObject({
      total: 0,
      requests: [],
    });
  });

  test("are refused without the right OPERATE, and outside their namespaces", async () => {
    const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");
    const entries = [
      { principal: "ops", sha256: sha256("ops"), namespaces: ["demo"], rights: ["OPERATE"] },
      { principal: "team", sha256: sha256("team"), namespaces: ["demo"], rights: ["OBSERVE", "PARTICIPATE"] },
    ];
    const { port } = await start({ tokens: { entries } });
    const requestsOf = call(port, synapseService.listRequests);
    await expect(requestsOf({ namespace: "demo" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(requestsOf({ namespace: "demo" }, "team")).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      detail: { requirement: "COS-GRPC-021" },
    });
    await expect(requestsOf({ namespace: "other" }, "ops")).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      detail: { requirement: "COS-SEC-008" },
    });
    const refused = { code: "PERMISSION_DENIED", detail: { requirement: "COS-GRPC-021" } };
    const demo = { namespace: "demo" };
    await expect(call(port, synapseService.listNamespaces)({}, "team")).rejects.toMatchObject(refused);
    await expect(
      call(port, synapseService.listParticipants)({ ...demo, address: undefined }, "team"),
    ).rejects.toMatchObject(refused);
    await expect(
      call(port, synapseService.stopNamespace)({ ...demo, reason: "", endSessions: true }, "team"),
    ).rejects.toMatchObject(refused);
    await expect(requestsOf({ namespace: "demo" }, "ops")).resolves.toMatchObject({ total: 0 });
    expect(await call(port, synapseService.listNamespaces)({}, "ops")).toMatchObject({ namespaces: [] });
  });

  test("read the figures of the bus in the format of Prometheus", async () => {
    const { peer, metricsUrl = "", server } = await start({ metricsPort: 0 });
    const [worker, asker] = [await peer("worker"), await peer("asker")];
    await worker.registerNeuron("thinker");
    await asker.send(task(asker, "ghost"));
    const sent = asker.make(task(asker, "thinker"));
    await asker.publish(sent);
    const work = await worker.nextWork();
    await worker.refused(
      { traceId: "trc_wrong", body: { $case: "task", value: { input: undefined, context: undefined } } },
      "MALFORMED",
    );

    const text = await (await fetch(metricsUrl)).text();
    for (const line of [
      'cosmonapse_signals_accepted_total{namespace="demo",type="TASK"} 2',
      'cosmonapse_signals_accepted_total{namespace="demo",type="REGISTER"} 1',
      'cosmonapse_signals_refused_total{namespace="demo",code="MALFORMED"} 1',
      'cosmonapse_outcomes_made_total{namespace="demo",code="UNROUTABLE"} 1',
      'cosmonapse_requests_in_flight{namespace="demo"} 1',
      'cosmonapse_sessions{namespace="demo"} 2',
      "cosmonapse_links 2",
      "process_resident_memory_bytes",
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(new RegExp(`cosmonapse_accepted_bytes_total\\{namespace="demo"\\} \\d{3,}`));
    expect(text).toMatch(/cosmonapse_frames_received_total [1-9]/);
    expect(text).toMatch(/cosmonapse_frames_sent_total [1-9]/);
    expect((await fetch(new URL("/other", metricsUrl))).status).toBe(404);
    expect((await fetch(new URL("/healthz", metricsUrl))).status).toBe(200);
    expect(work.signal.id).toBe(sent.id);
    await server.close();
    await expect(fetch(metricsUrl)).rejects.toThrow("fetch failed");
  });
});

describe("stock gRPC clients", () => {
  test("find grpc.health.v1: SERVING, and NOT_SERVING while it drains", async () => {
    const { port, peer, server } = await start();
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    closing.push(() => client.close());
    const { Watch: watch } = health;
    if (watch === undefined) throw new Error("Health has a method Watch");
    const { path, requestSerialize, responseDeserialize } = watch;
    const asked = { service: "cosmonapse.v1.SynapseService" };
    const seen: unknown[] = [];
    const draining = new Promise<void>((resolve) => {
      const statuses = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, asked);
      statuses.on("error", () => undefined);
      statuses.on("data", (status: unknown) => {
        seen.push(status);
        if (seen.length === 2) resolve();
      });
    });
    const [worker, asker] = [await peer("worker"), await peer("asker")];
    await worker.registerNeuron("thinker");
    await asker.send(task(asker, "thinker"));
    const work = await worker.nextWork();
    const drained = server.drain();
    await draining;
    expect(seen).toMatchObject([{ status: "SERVING" }, { status: "NOT_SERVING" }]);
    const value = { output: undefined, part: 0, parts: 0 };
    await worker.send({
      source: "thinker",
      traceId: work.signal.traceId,
      parentId: work.signal.id,
      exchange: Exchange.REPLY,
      body: { $case: "agentOutput", value },
    });
    await drained;
  });

  test("find every service by reflection, and ask what an operator would", async () => {
    const { port, peer } = await start();
    await (await peer("one")).fence();
    const services = await curl("--list-services", `http://127.0.0.1:${port}`);
    expect(services.trim().split("\n").sort()).toEqual(
      expect.arrayContaining(["cosmonapse.v1.SynapseService", "grpc.health.v1.Health"]),
    );
    const asked = await curl("-d", "{}", `http://127.0.0.1:${port}/cosmonapse.v1.SynapseService/ListNamespaces`);
    expect(JSON.parse(asked)).toMatchObject({ namespaces: [{ namespace: "demo", sessions: 1 }] });
  }, 30_000);

  test("say hello, publish a TASK and read its outcome", async () => {
    const { port, peer } = await start();
    const worker = await peer("worker");
    await worker.registerNeuron("thinker");
    const stock = spawn("node_modules/.bin/buf", [
      "curl",
      ...flags,
      "-d",
      "@-",
      `http://127.0.0.1:${port}/cosmonapse.v1.SynapseService/Connect`,
    ]);
    closing.push(() => stock.kill());
    const frames = documents(stock.stdout);
    stock.stdin.write(JSON.stringify({ hello: { versions: [1], namespace: "demo", dendriteId: "stock" } }));
    expect(await frames.next()).toMatchObject({ value: { welcome: { version: 1 } } });
    const signal = worker.make({ ...task(worker, "thinker"), source: "stock" });
    stock.stdin.write(
      JSON.stringify({ publish: { first: 1, signals: [Buffer.from(encodeSignal(signal)).toString("base64")] } }),
    );
    expect(await frames.next()).toMatchObject({
      value: { receipts: { through: "1", receipts: [{ asked: ["thinker"] }] } },
    });
    const work = await worker.nextWork();
    const value = { output: undefined, part: 0, parts: 0 };
    await worker.send({
      source: "thinker",
      traceId: work.signal.traceId,
      parentId: work.signal.id,
      exchange: Exchange.REPLY,
      body: { $case: "agentOutput", value },
    });
    expect(await frames.next()).toMatchObject({
      value: { deliver: { notes: [{ reason: "DELIVERY_REASON_REPLY", type: 18 }] } },
    });
    stock.stdin.end();
  }, 30_000);
});

const flags = ["--protocol", "grpc", "--http2-prior-knowledge"];

/** Another process, so that the server here can answer. */
async function curl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("node_modules/.bin/buf", ["curl", ...flags, ...args], {
    timeout: 20_000,
  });
  return stdout;
}

/** The JSON documents of a stream, each of which ends with a brace at the beginning of a line. */
async function* documents(stream: NodeJS.ReadableStream): AsyncGenerator<unknown, void, void> {
  let text = "";
  for await (const line of createInterface({ input: stream })) {
    text += line;
    if (!line.startsWith("}")) continue;
    yield JSON.parse(text);
    text = "";
  }
}
