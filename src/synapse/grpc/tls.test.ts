import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { generate, type SelfsignedOptions } from "selfsigned";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createDeferred, systemClock } from "../../foundation/index.js";
import { Peer } from "../../testing/index.js";
import {
  GrpcSynapse,
  SynapseServer,
  type ClientTls,
  type CredentialEntry,
  type GrpcSynapseOptions,
  type SynapseServerOptions,
} from "./index.js";

/** A certificate with its key, in PEM. */
interface Pair {
  readonly cert: string;
  readonly key: string;
}

const make = async (commonName: string, parts: SelfsignedOptions = {}): Promise<Pair> => {
  const made = await generate([{ name: "commonName", value: commonName }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    ...parts,
  });
  return { cert: made.cert, key: made.private };
};

const signs: SelfsignedOptions = { extensions: [{ name: "basicConstraints", cA: true, critical: true }] };

const none: Pair = { cert: "", key: "" };
let [server, renewed, authority, laterAuthority] = [none, none, none, none];
let [team, stranger, impostor, laterTeam] = [none, none, none, none];
beforeAll(async () => {
  [server, renewed, authority, laterAuthority] = await Promise.all([
    make("localhost"),
    make("localhost"),
    make("authority", signs),
    make("later authority", signs),
  ]);
  [team, stranger, impostor, laterTeam] = await Promise.all([
    make("research-team", { ca: authority }),
    make("stranger", { ca: authority }),
    make("research-team"),
    make("research-team", { ca: laterAuthority }),
  ]);
}, 60_000);

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Writes a file as whoever rotates it does: whole, at once. */
function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return file;
}

const filesOf = ({ cert, key }: Pair) => ({ certFile: put("server.crt", cert), keyFile: put("server.key", key) });

/** A server with TLS, and what it tells its operator. */
async function start(parts: Partial<SynapseServerOptions> = {}) {
  const errors: string[] = [];
  let failed = createDeferred<void>();
  const running = new SynapseServer({
    host: "localhost",
    port: 0,
    tls: filesOf(server),
    onError: ({ message }) => {
      errors.push(message);
      failed.resolve();
      failed = createDeferred();
    },
    ...parts,
  });
  closing.push(() => running.close());
  const { url, port } = await running.start();
  return { url, port, errors, nextError: () => failed.promise };
}

async function open(url: string, options: GrpcSynapseOptions): Promise<Peer> {
  const synapse = new GrpcSynapse(url, { connectTimeoutMs: 500, ...options });
  closing.push(() => synapse.close());
  return Peer.open({ synapse, clock: systemClock, dendriteId: "one", namespace: "demo" });
}

const codeOf = (opening: Promise<unknown>): Promise<unknown> =>
  opening.then(
    () => "opened",
    ({ code }: { code: string }) => code,
  );

/** Whose certificate a new connection is shown. */
async function shown(port: number): Promise<string> {
  const socket = connectTls({ host: "localhost", port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return `-----BEGIN CERTIFICATE-----\n${raw.toString("base64")}`.replaceAll(/\s/g, "").slice(0, 400);
}

const ownerOf = ({ cert }: Pair): string => cert.replaceAll(/\s/g, "").slice(0, 400);

async function untilShown(port: number, pair: Pair): Promise<void> {
  while ((await shown(port)) !== ownerOf(pair));
}

describe("TLS", () => {
  test("carries a session for those who trust its certificate, and for no others", async () => {
    const { url, port } = await start();
    expect(url).toBe(`cosmos://localhost:${port}`);
    const one = await open(url, { tls: { ca: server.cert } });
    await one.fence();
    for (const options of [{}, { tls: { ca: renewed.cert } }]) {
      expect(await codeOf(open(url, options))).toBe("UNAVAILABLE");
    }
    expect(await codeOf(open(url.replace("cosmos", "cosmo"), {}))).toBe("UNAVAILABLE");
  });

  test("is for the name in the certificate, which is that of the address unless the client says another", async () => {
    const { port } = await start({ host: "127.0.0.1" });
    const url = `cosmos://127.0.0.1:${port}`;
    const ca = server.cert;
    expect(await codeOf(open(url, { tls: { ca } }))).toBe("UNAVAILABLE");
    expect(await codeOf(open(url, { tls: { ca, serverName: "bus.example.org" } }))).toBe("UNAVAILABLE");
    expect(await codeOf(open(url, { tls: { ca, serverName: "localhost" } }))).toBe("opened");
  });

  test("and tokens together let a Synapse listen where others reach it", async () => {
    const entry: CredentialEntry = {
      principal: "workers",
      sha256: createHash("sha256").update("a-token").digest("hex"),
      namespaces: ["demo"],
      rights: ["OBSERVE", "PARTICIPATE"],
    };
    const { port } = await start({ host: "0.0.0.0", tokens: { entries: [entry] } });
    const tls = { ca: server.cert };
    expect(await codeOf(open(`cosmos://localhost:${port}`, { tls, token: "a-token" }))).toBe("opened");
    expect(await codeOf(open(`cosmos://localhost:${port}`, { tls }))).toBe("UNAUTHENTICATED");
  });

  test.each([
    ["is not there", { certFile: join(folder, "none.crt"), keyFile: join(folder, "none.key") }, /none\.crt.*ENOENT/],
    ["is no PEM", { certFile: put("garbage", "garbage"), keyFile: put("garbage", "garbage") }, /garbage/],
    ["is no PEM for clients", { clientCaFile: put("garbage", "garbage") }, /garbage/],
  ])("whose file %s lets nothing begin", async (_, files, message) => {
    const broken = new SynapseServer({ port: 0, tls: { ...filesOf(server), ...files } });
    await expect(broken.start()).rejects.toMatchObject({ code: "INVALID_ARGUMENT", detail: { field: "tls" } });
    await expect(broken.start()).rejects.toThrow(message);
    await broken.close();
  });

  test("whose certificate and key are not of each other lets nothing begin, and shows no key", async () => {
    const tls = filesOf({ cert: server.cert, key: renewed.key });
    const broken = new SynapseServer({ port: 0, tls });
    await expect(broken.start()).rejects.toThrow(/INVALID_ARGUMENT.*server\.key.*key values mismatch/);
    await expect(broken.start()).rejects.not.toThrow(/PRIVATE KEY/);
    await broken.close();
  });
});

describe("a certificate that changes", () => {
  test("is shown to new links without a restart, and older links go on", async () => {
    const { url, port, errors } = await start();
    const early = await open(url, { tls: { ca: server.cert } });
    filesOf(renewed);
    await untilShown(port, renewed);
    await early.fence();
    expect(await codeOf(open(url, { tls: { ca: renewed.cert } }))).toBe("opened");
    expect(await codeOf(open(url, { tls: { ca: server.cert } }))).toBe("UNAVAILABLE");
    expect(errors).toEqual([]);
  });

  test("before its key does is told of and not shown, until both are there", async () => {
    const { url, port, errors, nextError } = await start();
    const told = nextError();
    put("server.crt", renewed.cert);
    await told;
    expect(errors[0]).toMatch(/INVALID_ARGUMENT.*server\.crt.*key values mismatch/);
    expect(await shown(port)).toBe(ownerOf(server));
    expect(await codeOf(open(url, { tls: { ca: server.cert } }))).toBe("opened");
    put("server.key", renewed.key);
    await untilShown(port, renewed);
  });

  test("to what is none, or goes, is told of and not shown", async () => {
    const { url, errors, nextError } = await start();
    for (const spoil of [() => put("server.crt", "garbage"), () => rmSync(join(folder, "server.key"))]) {
      const told = nextError();
      spoil();
      await told;
      expect(await codeOf(open(url, { tls: { ca: server.cert } }))).toBe("opened");
    }
    expect(errors.length).toBeGreaterThanOrEqual(2);
  });
});

describe("mutual TLS", () => {
  const entry: CredentialEntry = {
    principal: "research",
    certificate: "research-team",
    namespaces: ["demo"],
    rights: ["OBSERVE"],
  };
  const token: CredentialEntry = {
    principal: "operators",
    sha256: createHash("sha256").update("a-token").digest("hex"),
    namespaces: ["demo"],
    rights: ["PARTICIPATE"],
  };

  const startMutual = (entries = [entry, token]) =>
    start({
      tls: { ...filesOf(server), clientCaFile: put("clients.crt", authority.cert) },
      tokens: { entries },
    });

  const as = ({ cert, key }: Pair): ClientTls => ({ ca: server.cert, cert, key });

  test("gives a client certificate the rights of its name", async () => {
    const { url } = await startMutual();
    const one = await open(url, { tls: as(team) });
    await one.observe();
    expect(await one.refused({ body: { $case: "discover", value: {} } }, "PERMISSION_DENIED")).toMatchObject({
      requirement: "COS-SEC-006",
    });
  });

  test("refuses who has no certificate, and who made one with a name that is known", async () => {
    const { url } = await startMutual();
    expect(await codeOf(open(url, { tls: { ca: server.cert } }))).toBe("UNAVAILABLE");
    expect(await codeOf(open(url, { tls: as(impostor) }))).toBe("UNAVAILABLE");
    expect(await codeOf(open(url, { tls: as(impostor), token: "a-token" }))).toBe("UNAVAILABLE");
  });

  test("refuses a certificate whose name is granted nothing", async () => {
    const { url } = await startMutual();
    expect(await codeOf(open(url, { tls: as(stranger) }))).toBe("UNAUTHENTICATED");
  });

  test("lets a token speak for whoever shows it, and a wrong one for nobody", async () => {
    const { url } = await startMutual();
    const one = await open(url, { tls: as(team), token: "a-token" });
    await one.fence();
    await expect(one.observe()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await codeOf(open(url, { tls: as(team), token: "guessed" }))).toBe("UNAUTHENTICATED");
  });

  test("takes another authority for clients without a restart", async () => {
    const { url } = await startMutual();
    expect(await codeOf(open(url, { tls: as(laterTeam) }))).toBe("UNAVAILABLE");
    put("clients.crt", laterAuthority.cert);
    while ((await codeOf(open(url, { tls: as(laterTeam) }))) !== "opened");
    expect(await codeOf(open(url, { tls: as(team) }))).toBe("UNAVAILABLE");
  });
});
