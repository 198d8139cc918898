import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import { systemClock } from "../../foundation/index.js";
import { Peer, type PeerOptions } from "../../testing/index.js";
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

interface Certificates {
  readonly cert: string;
  readonly private: string;
}

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

  test.each([
    ["no list", {}, "it is a list of credentials"],
    ["no object", [1], "entry 0: it is an object"],
    ["no principal", [{ ...worker, principal: "" }], "entry 0: principal names who"],
    [
      "neither token nor certificate",
      [worker, { ...worker, sha256: undefined }],
      "entry 1: it has a sha256 or a certificate",
    ],
    ["a token in the clear", [{ ...worker, sha256: secrets.worker }], "64 hexadecimal digits"],
    ["an unknown field", [{ ...worker, token: "x" }], "there is no field 'token'"],
    ["an unknown right", [{ ...worker, rights: ["RULE"] }], "there is no right 'RULE'; there are OBSERVE"],
    ["no namespace", [{ ...worker, namespaces: [] }], "namespaces: it is a list with one member"],
    ["a namespace that is no name", [{ ...worker, namespaces: ["a b"] }], '"a b" is no name'],
  ])("does not begin with credentials that are wrong: %s", (_, entries, message) => {
    const file = put("wrong.json", JSON.stringify(entries));
    const begin = (): SynapseServer => new SynapseServer({ port: 0, tokens: { file } });
    expect(begin).toThrow(/INVALID_ARGUMENT/);
    expect(begin).toThrow(message);
    expect(begin).not.toThrow(/the-token-of/);
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

describe("TLS", () => {
  let [first, second, client]: Certificates[] = [];

  beforeAll(async () => {
    const make = (name: string): Promise<Certificates> =>
      generate([{ name: "commonName", value: name }], {
        extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
      });
    [first, second, client] = await Promise.all([make("localhost"), make("localhost"), make("research-team")]);
  }, 60_000);

  function filesOf(pair: Certificates | undefined): { certFile: string; keyFile: string } {
    return { certFile: put("server.crt", pair?.cert ?? ""), keyFile: put("server.key", pair?.private ?? "") };
  }

  test("carries a session for those who trust its certificate, and for no others", async () => {
    await using server = new SynapseServer({ host: "localhost", port: 0, tls: filesOf(first) });
    const { url, port } = await server.start();
    expect(url).toBe(`cosmos://localhost:${port}`);
    const one = await open(url, { tls: { ca: first?.cert ?? "" } });
    await one.fence();
    await one.close();
    const strangers: GrpcSynapseOptions[] = [{}, { tls: { ca: second?.cert ?? "" } }];
    for (const options of strangers) {
      expect(await refusalOf(open(url, { ...options, connectTimeoutMs: 500 }))).toMatchObject({ code: "UNAVAILABLE" });
    }
    expect(await refusalOf(open(url.replace("cosmos", "cosmo"), { connectTimeoutMs: 500 }))).toMatchObject({
      code: "UNAVAILABLE",
    });
  });

  test("shows a new certificate without a restart", async () => {
    await using server = new SynapseServer({ host: "localhost", port: 0, tls: filesOf(first) });
    const { port } = await server.start();
    const shown = async (): Promise<string> => {
      const socket = connectTls({ host: "localhost", port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
      await once(socket, "secureConnect");
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const before = await shown();
    filesOf(second);
    let after = before;
    while (after === before) after = await shown();
    expect(after).not.toBe(before);
  }, 20_000);

  test("gives a client certificate the rights of its name, and refuses clients without one", async () => {
    const clientCaFile = put("clients.crt", client?.cert ?? "");
    const entry: CredentialEntry = {
      principal: "research",
      certificate: "research-team",
      namespaces: ["demo"],
      rights: ["OBSERVE"],
    };
    await using server = new SynapseServer({
      host: "localhost",
      port: 0,
      tls: { ...filesOf(first), clientCaFile },
      tokens: { entries: [entry] },
    });
    const { url } = await server.start();
    const ca = first?.cert ?? "";
    const one = await open(url, { tls: { ca, cert: client?.cert ?? "", key: client?.private ?? "" } });
    await one.observe();
    await one.close();
    expect(await refusalOf(open(url, { tls: { ca }, connectTimeoutMs: 500 }))).toMatchObject({ code: "UNAVAILABLE" });
  });

  test("is named when its files are not there", async () => {
    const server = new SynapseServer({
      port: 0,
      tls: { certFile: join(folder, "none.crt"), keyFile: join(folder, "none.key") },
    });
    await expect(server.start()).rejects.toThrow(/INVALID_ARGUMENT.*none\.crt/);
    await server.close();
  });

  test("is what a token needs to leave this machine", () => {
    expect(() => new GrpcSynapse("cosmo://bus.example.org", { token: "x" })).toThrow(/INVALID_ARGUMENT.*cosmos:\/\//);
    expect(() => new GrpcSynapse("cosmo://127.0.0.1", { tls: {} })).toThrow(/INVALID_ARGUMENT.*cosmos:\/\//);
  });
});
