import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import { systemClock } from "../../foundation/index.js";
import { Peer, type PeerOptions } from "../../testing/index.js";
import { RawLink } from "../../testing/network/index.js";
import type { SessionReceiver } from "../index.js";
import { GrpcSynapse, SynapseServer, type CredentialEntry, type GrpcSynapseOptions } from "./index.js";

const registerOther = RegisterBody.create({ id: "other", role: ParticipantRole.NEURON });
const secrets = { worker: "the-token-of-the-worker", watcher: "the-token-of-the-watcher", later: "a-later-token" };
const sha256 = (token: string) => createHash("sha256").update(token).digest("hex");

const worker: CredentialEntry = {
  principal: "workers",
  sha256: sha256(secrets.worker),
  namespaces: ["demo"],
  rights: ["PARTICIPATE", "OBSERVE"],
  ids: ["thinker"],
};
const watcher: CredentialEntry = {
  principal: "watchers",
  sha256: sha256(secrets.watcher),
  namespaces: ["*"],
  rights: ["OBSERVE"],
};

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-security-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file as whoever rotates it does: whole, at once. */
function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return file;
}

async function open(url: string, options: GrpcSynapseOptions, parts: Partial<PeerOptions> = {}): Promise<Peer> {
  const synapse = new GrpcSynapse(url, options);
  try {
    return await Peer.open({ synapse, clock: systemClock, dendriteId: "one", namespace: "demo", ...parts });
  } catch (thrown) {
    await synapse.close();
    throw thrown;
  }
}

const refusalOf = (opening: Promise<unknown>): Promise<unknown> =>
  opening.then(
    () => "opened",
    (thrown: unknown) => thrown,
  );

describe("a Synapse with tokens", () => {
  test("takes whose token it knows, for the namespaces, rights and ids that it grants", async () => {
    await using server = new SynapseServer({ port: 0, tokens: { entries: [worker, watcher] } });
    const { url } = await server.start();
    const one = await open(url, { token: secrets.worker });
    await one.registerNeuron("thinker");
    expect(await one.refused({ body: { $case: "register", value: registerOther } }, "PERMISSION_DENIED")).toMatchObject(
      { requirement: "COS-SEC-009" },
    );
    const two = await open(url, { token: () => secrets.watcher });
    expect(await two.refused({ body: { $case: "discover", value: {} } }, "PERMISSION_DENIED")).toMatchObject({
      requirement: "COS-SEC-006",
    });
    await two.observe();
    // Fewer than the credential grants are all that the session has.
    const less = await open(url, { token: secrets.worker }, { rights: [Right.PARTICIPATE] });
    await expect(less.observe()).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      detail: { requirement: "COS-OBS-003" },
    });
    for (const peer of [one, two, less]) await peer.close();
  });

  test.each([
    ["no token", {}, {}, "UNAUTHENTICATED", "COS-SEC-007"],
    ["a wrong token", { token: "guessed" }, {}, "UNAUTHENTICATED", "COS-SEC-007"],
    ["another namespace", { token: secrets.worker }, { namespace: "other" }, "PERMISSION_DENIED", "COS-SEC-008"],
    ["a right too many", { token: secrets.worker }, { rights: [Right.OPERATE] }, "PERMISSION_DENIED", "COS-SEC-004"],
  ])("refuses %s, and tells no secret", async (_, options, parts, code, requirement) => {
    await using server = new SynapseServer({ port: 0, tokens: { entries: [worker, watcher] } });
    const { url } = await server.start();
    const refused = await refusalOf(open(url, options, parts));
    expect(refused).toMatchObject({ code, detail: { requirement } });
    expect(
      JSON.stringify(refused, (_name, value: unknown) => (typeof value === "bigint" ? `${value}` : value)) +
        String(refused),
    ).not.toMatch(/the-token-of|guessed/);
  });

  test("takes new tokens and drops old ones without a restart, and goes on with what it has when the file is wrong", async () => {
    const file = put("tokens.json", JSON.stringify([worker]));
    const errors: string[] = [];
    await using server = new SynapseServer({
      port: 0,
      tokens: { file },
      onError: (error) => errors.push(error.message),
    });
    const { url } = await server.start();
    const early = await open(url, { token: secrets.worker });

    put("tokens.json", "[{]");
    while (errors.length === 0) await early.fence();
    expect(errors[0]).toContain("tokens.json cannot be read: it is no JSON");
    await early.fence();
    put("tokens.json", JSON.stringify([{ ...worker, principal: "later", sha256: sha256(secrets.later) }]));

    expect(await early.isOver.promise).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await refusalOf(open(url, { token: secrets.worker }))).toMatchObject({ code: "UNAUTHENTICATED" });
    const late = await open(url, { token: secrets.later });
    await late.close();
  });

  test("refuses a namespace that is not granted in the same way whether it exists or not", async () => {
    await using server = new SynapseServer({ port: 0, tokens: { entries: [worker, watcher] } });
    const { url } = await server.start();
    const there = await open(url, { token: secrets.watcher }, { namespace: "other-1" });
    const refusals = await Promise.all(
      ["other-1", "other-2"].map((namespace) => refusalOf(open(url, { token: secrets.worker }, { namespace }))),
    );
    const [known, unknown] = refusals.map((thrown) => String(thrown).replace(/other-\d/, "other"));
    expect(known).toContain("PERMISSION_DENIED");
    expect(unknown).toBe(known);
    expect(server.hub.figures().map(({ namespace }) => namespace)).toEqual(["other-1"]);
    await there.close();
  });

  test("refuses a stranger before anything was said", async () => {
    await using server = new SynapseServer({ port: 0, tokens: { entries: [worker] } });
    const { port } = await server.start();
    const stranger = new RawLink(port);
    expect(await stranger.ended).toMatchObject({ status: 16, code: "UNAUTHENTICATED", requirement: "COS-SEC-007" });
    stranger.close();
  });

  test("shows no secret to whoever looks at what there is", async () => {
    await using server = new SynapseServer({ port: 0, tokens: { entries: [worker, watcher] } });
    const { url } = await server.start();
    const synapse = new GrpcSynapse(url, { token: secrets.worker });
    const receiver: SessionReceiver = {
      deliver: () => undefined,
      live: () => undefined,
      gap: () => undefined,
      credit: () => undefined,
      ended: () => undefined,
    };
    const session = await synapse.open({ namespace: "demo", dendriteId: "one" }, receiver);
    const looks = [server, synapse, session].map((one) => inspect(one, { depth: Infinity, showHidden: true }));
    expect(looks.join("")).not.toMatch(/the-token-of|[sS]ecret/);
    expect(JSON.stringify([synapse, session])).not.toMatch(/the-token-of|[sS]ecret/);
    await synapse.close();
  });

  test("lets nobody answer a request that another session was given", async () => {
    await using server = new SynapseServer({ port: 0 });
    const { url } = await server.start();
    const [one, asker, thief] = await Promise.all(
      ["one", "asker", "thief"].map((dendriteId) => open(url, {}, { dendriteId })),
    );
    if (one === undefined || asker === undefined || thief === undefined) throw new Error("three peers");
    await one.registerNeuron("thinker");
    await thief.registerNeuron("thief");
    const traceId = asker.ids.traceId();
    const { signal } = await asker.send({
      traceId,
      directed: { id: "thinker", type: "", capabilities: [], fanout: 1 },
      body: { $case: "task", value: { input: undefined, context: undefined } },
    });
    const reply = {
      traceId,
      parentId: signal.id,
      exchange: 4,
      body: { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } },
    } as const;
    const refusals = [
      await thief.refused({ ...reply, source: "thief" }, "PERMISSION_DENIED"),
      await thief.refused({ ...reply, source: "thinker" }, "PERMISSION_DENIED"),
    ];
    expect(refusals.map(({ requirement }) => requirement)).toEqual(["COS-TASK-004", "COS-ENV-010"]);
    for (const peer of [one, asker, thief]) await peer.close();
  });
});

describe("a Synapse that listens", () => {
  test.each([
    [{}, "give tls and tokens"],
    [{ tokens: { entries: [worker] } }, "give tls,"],
    [{ tls: { certFile: "a", keyFile: "b" } }, "give tokens,"],
  ])("is not reachable from elsewhere without TLS and tokens", async (options, message) => {
    const server = new SynapseServer({ host: "0.0.0.0", port: 0, ...options });
    await expect(server.start()).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      detail: { requirement: "COS-SEC-002" },
    });
    await expect(server.start()).rejects.toThrow(message);
    await server.close();
  });

  test("is on this machine unless it is told another address, and elsewhere if it is told to be insecure", async () => {
    await using server = new SynapseServer({ port: 0 });
    expect((await server.start()).host).toBe("127.0.0.1");
    await using open4 = new SynapseServer({ host: "0.0.0.0", port: 0, insecure: true });
    expect((await open4.start()).url).toMatch(/^cosmo:\/\/0\.0\.0\.0:\d+$/);
  });

  test("says which address is taken", async () => {
    await using server = new SynapseServer({ port: 0 });
    const { port } = await server.start();
    const second = new SynapseServer({ port });
    await expect(second.start()).rejects.toThrow(new RegExp(`UNAVAILABLE.*127\\.0\\.0\\.1:${port}`));
    await second.close();
  });
});

describe("a client of this machine", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("goes past the proxy that is set for other machines, with its token", async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer().on("connect", ({ url }, socket) => {
      asked.push(url);
      socket.destroy();
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const address = proxy.address();
    if (address === null || typeof address === "string") throw new Error("it listens on a port");
    for (const other of ["grpc_proxy", "https_proxy", "http_proxy", "no_proxy", "no_grpc_proxy"]) vi.stubEnv(other, "");
    vi.stubEnv("http_proxy", `http://127.0.0.1:${address.port}`);
    await using server = new SynapseServer({ port: 0, tokens: { entries: [worker] } });
    const { url } = await server.start();
    const one = await open(url, { token: secrets.worker });
    await one.fence();
    await one.close();
    // Elsewhere goes through it: so the proxy is one that is asked.
    expect(await refusalOf(open("cosmo://bus.example.org", { connectTimeoutMs: 500 }))).toMatchObject({
      code: "UNAVAILABLE",
    });
    expect(new Set(asked)).toEqual(new Set(["bus.example.org:7070"]));
    proxy.close();
  });
});

describe("a file that is wrong", () => {
  test("is told as a warning of the process where nobody takes errors", async () => {
    const file = put("unwatched.json", JSON.stringify([worker]));
    await using server = new SynapseServer({ port: 0, tokens: { file } });
    await server.start();
    const warned = once(process, "warning");
    put("unwatched.json", "[{]");
    expect(String(await warned)).toMatch(/INVALID_ARGUMENT.*unwatched\.json cannot be read: it is no JSON/);
  });
});
