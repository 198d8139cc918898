import { createHash } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Metadata } from "@grpc/grpc-js";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import { systemClock } from "../../foundation/index.js";
import { Dice, Peer, type PeerOptions } from "../../testing/index.js";
import { FaultProxy, RawLink } from "../../testing/network/index.js";
import { GrpcSynapse, SynapseServer, type CredentialEntry, type GrpcSynapseOptions } from "./index.js";

const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");

const worker: CredentialEntry = {
  principal: "workers",
  sha256: sha256("first"),
  namespaces: ["demo"],
  rights: ["PARTICIPATE", "OBSERVE"],
  ids: ["thinker"],
};
const successor: CredentialEntry = { ...worker, sha256: sha256("second") };
const other: CredentialEntry = { ...worker, principal: "others", sha256: sha256("third") };

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-rotation-"));
afterAll(() => rmSync(folder, { recursive: true }));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const file = join(folder, "tokens.json");

/** Replaces the file of tokens. */
function grant(...entries: readonly CredentialEntry[]): void {
  writeFileSync(`${file}.new`, JSON.stringify(entries));
  renameSync(`${file}.new`, file);
}

async function start(...entries: readonly CredentialEntry[]) {
  grant(...entries);
  const server = new SynapseServer({ port: 0, tokens: { file }, metricsPort: 0 });
  closing.push(() => server.close());
  const { url, port, metricsUrl = "" } = await server.start();
  const open = async (options: GrpcSynapseOptions, parts: Partial<PeerOptions> = {}): Promise<Peer> => {
    const synapse = new GrpcSynapse(url, options);
    closing.push(() => synapse.close());
    return Peer.open({ synapse, clock: systemClock, dendriteId: "one", namespace: "demo", ...parts });
  };
  /** Resolves once a token is taken that was not before. */
  const untilTaken = async (token: string, parts?: Partial<PeerOptions>): Promise<Peer> => {
    for (;;) {
      const peer = await open({ token }, parts).catch(() => undefined);
      if (peer !== undefined) return peer;
    }
  };
  const link = (token?: string): RawLink => {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
    const raw = new RawLink(port, metadata);
    closing.push(() => raw.close());
    return raw;
  };
  const figures = async (): Promise<string> => (await fetch(metricsUrl)).text();
  return { server, port, open, untilTaken, link, figures };
}

describe("a credential that changes", () => {
  test("to grant more leaves its sessions as they are, and new ones get it", async () => {
    const { open, untilTaken } = await start(worker);
    const early = await open({ token: "first" });
    grant({ ...worker, namespaces: ["demo", "wider"], rights: ["PARTICIPATE", "OBSERVE", "OPERATE"] });
    await untilTaken("first", { namespace: "wider", rights: [Right.OPERATE] });
    await early.registerNeuron("thinker");
    expect(await early.observe()).toBeGreaterThan(0n);
  });

  test("to grant less ends the sessions that have more, so that they open again with what is left", async () => {
    const { open } = await start(worker);
    const all = await open({ token: "first" });
    const less = await open({ token: "first" }, { rights: [Right.PARTICIPATE] });
    grant({ ...worker, rights: ["PARTICIPATE"] });
    expect(await all.isOver.promise).toMatchObject({
      code: "SESSION_LOST",
      retryable: true,
      detail: { requirement: "COS-SEC-003" },
    });
    await less.registerNeuron("thinker");
    const again = await open({ token: "first" });
    await expect(again.observe()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });

  test.each<[string, Partial<CredentialEntry>]>([
    ["belong to somebody else", { principal: "others" }],
    ["be for another namespace", { namespaces: ["other"] }],
    ["be for other ids", { ids: ["writer"] }],
  ])("to %s ends its sessions", async (_, parts) => {
    const { open } = await start(worker);
    const one = await open({ token: "first" });
    grant({ ...worker, ...parts });
    expect(await one.isOver.promise).toMatchObject({ code: "SESSION_LOST" });
  });

  test("to be written in another way changes nothing", async () => {
    const { server, open, untilTaken } = await start(worker);
    const one = await open({ token: "first" });
    const { sha256: hash = "", ...rest } = worker;
    grant({ sha256: hash.toUpperCase(), ...rest }, successor);
    await untilTaken("second");
    await one.fence();
    expect(server.hub.figures()[0]?.sessions).toBe(2);
  });
});

describe("a token that is withdrawn", () => {
  test("ends its sessions, also those that wait to be resumed, and no others", async () => {
    const { server, open, link } = await start(worker, other);
    const [one, kept, gone] = [await open({ token: "first" }), await open({ token: "third" }), link("first")];
    gone.hello();
    await gone.next("welcome");
    gone.close();
    grant(other);
    expect(await one.isOver.promise).toMatchObject({
      code: "UNAUTHENTICATED",
      detail: { requirement: "COS-SEC-007" },
    });
    await kept.fence();
    expect(server.hub.figures()[0]?.sessions).toBe(1);
    await expect(open({ token: "first" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("opens nothing for a link that came before, and says hello only now", async () => {
    const { open, link, figures } = await start(worker);
    const [one, late] = [await open({ token: "first" }), link("first")];
    while (!/^cosmonapse_links 2$/m.test(await figures()));
    grant(other);
    expect(await one.isOver.promise).toMatchObject({ code: "UNAUTHENTICATED" });
    late.hello();
    expect(await late.ended).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("does not end a session that was resumed with the next token of its owner", async () => {
    const { link, untilTaken } = await start(worker, successor);
    const older = link("first");
    older.hello();
    const { sessionId, sessionSecret } = (await older.next("welcome")).value;
    const newer = link("second");
    newer.hello({ sessionId, sessionSecret });
    expect((await newer.next("welcome")).value).toMatchObject({ resumed: true, sessionId });
    grant(successor, other);
    await untilTaken("third");
    newer.send({ $case: "ping", value: { token: 7n } });
    expect((await newer.next("pong")).value.token).toBe(7n);
  });
});

describe("the secret of a session", () => {
  test("opens nothing for the credential of somebody else, and the session stays as it is", async () => {
    const { link } = await start(worker, other);
    const owner = link("first");
    owner.hello();
    const { sessionId, sessionSecret } = (await owner.next("welcome")).value;
    const thief = link("third");
    thief.hello({ sessionId, sessionSecret });
    const { value: welcome } = await thief.next("welcome");
    expect([welcome.resumed, welcome.sessionId === sessionId]).toEqual([false, false]);
    owner.send({ $case: "ping", value: { token: 7n } });
    expect((await owner.next("pong")).value.token).toBe(7n);
  });
});

describe("a client whose token changes", () => {
  test("resumes with the token of now, and tries again where none could be had", async () => {
    const { port, open } = await start(worker, successor);
    const proxy = await FaultProxy.start({ target: port, dice: new Dice(1), everyBytes: 2 ** 30 });
    closing.push(() => proxy.close());
    const given: string[] = [];
    const synapse = new GrpcSynapse(`cosmo://127.0.0.1:${proxy.port}`, {
      token: () => {
        const token = ["first", "", undefined][given.length] ?? "second";
        given.push(token);
        if (given.length === 3) throw new Error("no vault answers");
        return token;
      },
    });
    closing.push(() => synapse.close());
    const one = await Peer.open({ synapse, clock: systemClock, dendriteId: "one", namespace: "demo" });
    await one.registerNeuron("thinker");
    proxy.cut();
    await one.fence();
    expect(given).toEqual(["first", "", "second", "second"]);
    const watcher = await open({ token: "first" }, { dendriteId: "two" });
    await watcher.observe();
    expect((await watcher.next()).signal).toMatchObject({ body: { $case: "register", value: { id: "thinker" } } });
  });
});
