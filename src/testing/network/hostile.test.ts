// Peers that send what no peer should: each gets a typed refusal, and nobody else notices.
import { once } from "node:events";
import { request as httpGet } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { Metadata, status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { PublishNote } from "../../../gen/cosmonapse/v1/frames.js";
import { ConnectRequest } from "../../../gen/cosmonapse/v1/synapse_service.js";
import { systemClock } from "../../foundation/index.js";
import { GrpcSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import { Dice, FakeClock, Peer } from "../index.js";
import { RawLink } from "./raw-link.js";

const clock = new FakeClock();
let server: SynapseServer;
let port = 0;
let synapse: GrpcSynapse;
let witness: Peer;
const links: RawLink[] = [];

beforeAll(async () => {
  server = new SynapseServer({ port: 0, clock });
  ({ port } = await server.start());
  synapse = new GrpcSynapse(`cosmo://127.0.0.1:${port}`);
  witness = await Peer.open({ synapse, clock: systemClock, dendriteId: "witness", namespace: "demo" });
});
afterAll(async () => {
  await synapse.close();
  await server.close();
});
afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  // Whatever it was, the others go on.
  await witness.fence();
});

function open(metadata?: Metadata): RawLink {
  const link = new RawLink(port, metadata);
  links.push(link);
  return link;
}

async function welcomed(): Promise<RawLink> {
  const link = open();
  link.hello();
  await link.next("welcome");
  return link;
}

const publish = (count: number, size: number, first = 1n, notes: PublishNote[] = []) =>
  ({
    $case: "publish",
    value: { first, signals: Array.from({ length: count }, () => new Uint8Array(size)), notes },
  }) as const;
const note = (index: number) => PublishNote.create({ index, attempt: 1 });

describe("a link that begins wrongly", () => {
  test.each([
    ["without a hello", publish(1, 1)],
    ["with a ping", { $case: "ping", value: { token: 1n } } as const],
  ])("%s is ended", async (_, frame) => {
    const link = open();
    link.send(frame);
    expect(await link.ended).toEqual({
      status: status.INVALID_ARGUMENT,
      code: "MALFORMED",
      requirement: "COS-GRPC-001",
    });
  });

  test("with nothing at all is ended when the grace of a session has passed", async () => {
    const link = open();
    const asked = open();
    asked.hello({ dendriteId: "other" });
    await asked.next("welcome");
    let isOver = false;
    link.ended.then(
      () => (isOver = true),
      () => undefined,
    );
    while (!isOver) {
      clock.advance(1_000);
      await witness.fence();
    }
    expect(await link.ended).toMatchObject({ code: "MALFORMED", requirement: "COS-GRPC-001" });
  });

  test.each([
    ["in a version that nobody speaks", { versions: [7, 9] }, "VERSION_UNSUPPORTED", "COS-GRPC-003"],
    ["in no version", { versions: [] }, "VERSION_UNSUPPORTED", "COS-GRPC-003"],
    ["without a namespace", { namespace: "" }, "MALFORMED", "COS-SES-002"],
    ["as the Synapse", { dendriteId: "synapse" }, "MALFORMED", "COS-SES-002"],
    ["with a name of 60,000 letters", { dendriteId: "x".repeat(60_000) }, "MALFORMED", "COS-SES-002"],
    ["with a name of a million letters", { dendriteId: "x".repeat(1_000_000) }, "TOO_LARGE", "COS-GRPC-024"],
  ])("%s is ended", async (_, hello, code, requirement) => {
    const link = open();
    link.hello(hello);
    expect(await link.ended).toMatchObject({ code, requirement });
  });

  test("with a session to resume that was never there gets a new one", async () => {
    const link = open();
    link.hello({ sessionId: "\u0000".repeat(1_000), sessionSecret: new Uint8Array(1_000), received: 2n ** 64n - 1n });
    expect(await link.next("welcome")).toMatchObject({ value: { resumed: false } });
  });
});

describe("a link that goes on wrongly is ended", () => {
  test.each([
    ["a second hello", { $case: "hello", value: { ...plainHello() } } as const, "MALFORMED", "COS-GRPC-001"],
    ["a number that leaves a hole", publish(1, 1, 3n), "MALFORMED", "COS-GRPC-007"],
    ["the number 0", publish(1, 1, 0n), "MALFORMED", "COS-GRPC-007"],
    ["a number beyond all", publish(1, 1, 2n ** 64n - 1n), "MALFORMED", "COS-GRPC-007"],
    ["65 Signals in a frame", publish(65, 1), "TOO_LARGE", "COS-GRPC-009"],
    ["a million empty Signals", publish(1_000_000, 0), "TOO_LARGE", "COS-GRPC-009"],
    ["too many bytes in a frame", publish(2, 40_000), "TOO_LARGE", "COS-GRPC-009"],
    ["notes out of order", publish(2, 1, 1n, [note(1), note(0)]), "MALFORMED", "COS-GRPC-012"],
    ["a note twice", publish(2, 1, 1n, [note(1), note(1)]), "MALFORMED", "COS-GRPC-012"],
    ["a note beyond the frame", publish(2, 1, 1n, [note(2)]), "MALFORMED", "COS-GRPC-012"],
    [
      "an acknowledgement of the future",
      { $case: "ack", value: { received: 99n } } as const,
      "MALFORMED",
      "COS-GRPC-006",
    ],
  ])("by %s", async (_, frame, code, requirement) => {
    const link = await welcomed();
    link.send(frame);
    expect(await link.ended).toMatchObject({ code, requirement });
  });

  test("by bytes that are no frame", async () => {
    const link = await welcomed();
    link.sendBytes(new Uint8Array([10, 200, 1, 2]));
    expect(await link.ended).toMatchObject({ status: status.INVALID_ARGUMENT, code: "MALFORMED" });
  });

  test("by a message of 100 MiB, before it is there", async () => {
    const link = await welcomed();
    link.sendBytes(new Uint8Array(100 * 1024 * 1024));
    expect((await link.ended).status).toBe(status.RESOURCE_EXHAUSTED);
    expect(process.memoryUsage().rss).toBeLessThan(2 ** 31);
  });
});

describe("a link that is only odd goes on", () => {
  test("when it pings: each ping is answered with its token", async () => {
    const link = await welcomed();
    for (let token = 0n; token < 3n; token += 1n) link.send({ $case: "ping", value: { token } });
    for (let token = 0n; token < 3n; token += 1n) expect((await link.next("pong")).value.token).toBe(token);
  });

  test("after frames that this version does not know, and a Signal that is none among others", async () => {
    const link = await welcomed();
    link.sendBytes(new Uint8Array([0xfa, 0x07, 3, 1, 2, 3]));
    link.sendBytes(new Uint8Array());
    const garbage = new Uint8Array([1, 2, 3]);
    link.send({ $case: "publish", value: { first: 1n, signals: [garbage, new Uint8Array(), garbage], notes: [] } });
    const { through, receipts } = (await link.next("receipts")).value;
    expect([through, receipts.map(({ rejection }) => rejection?.code)]).toEqual([3n, [1, 1, 1]]);
    // The same numbers again: they are skipped.
    link.send({ $case: "publish", value: { first: 2n, signals: [garbage, garbage, garbage], notes: [] } });
    expect((await link.next("receipts")).value).toMatchObject({ through: 4n, receipts: [{ number: 4n }] });
  });

  test("when it half-closes: its session waits to be resumed", async () => {
    const link = await welcomed();
    link.end();
    expect(await link.ended).toEqual({ status: status.OK, code: undefined, requirement: undefined });
    const sessions = server.hub.figures().find(({ namespace }) => namespace === "demo")?.sessions ?? 0;
    expect(sessions).toBeGreaterThan(1);
  });

  test("when its metadata is odd, or a method is unknown", async () => {
    const metadata = new Metadata();
    metadata.set("authorization", "Bearer " + "x".repeat(5_000));
    const link = open(metadata);
    link.hello();
    await link.next("welcome");
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({
      ":method": "POST",
      ":path": "/cosmonapse.v1.SynapseService/Nothing",
      "content-type": "application/grpc",
    });
    const [headers] = await once(stream, "response");
    expect(headers).toMatchObject({ "grpc-status": String(status.UNIMPLEMENTED) });
    session.destroy();
  });
});

describe("what is no gRPC at all", () => {
  test.each([
    ["random bytes", Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 197) % 256))],
    ["a preface with a fault", Buffer.from("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")],
    ["half a preface, then nothing", Buffer.from("PRI * HTTP/2.0\r\n")],
    [
      "frames of HTTP/2 that say nonsense",
      Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.alloc(9, 255)]),
    ],
  ])("is cut: %s", async (_, bytes) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.end(bytes);
    socket.resume();
    await once(socket, "close");
    expect(socket.destroyed).toBe(true);
  });

  test("is cut: HTTP/1.1, and TLS", async () => {
    const web = httpGet({ port, host: "127.0.0.1", path: "/" });
    web.end();
    await expect(once(web, "response")).rejects.toThrow(/socket hang up|ECONNRESET|Parse Error/);
    const tls = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await expect(once(tls, "secureConnect")).rejects.toThrow(/SSL|EPROTO|ECONNRESET|socket/i);
  });
});

test("three hundred frames with changed bytes end their links or do nothing, and the Synapse lives", async () => {
  const dice = new Dice(4);
  const samples: NonNullable<ConnectRequest["frame"]>[] = [
    publish(3, 40),
    publish(1, 1, 1n, [note(0)]),
    { $case: "hello", value: plainHello() } as const,
    {
      $case: "subscribe",
      value: { subscriptionId: "a", filter: { types: [17], traceIds: [], participants: ["x"] }, number: 1n },
    },
    { $case: "credit", value: { requestId: "evt_1", partials: 1, participant: "", number: 1n } } as const,
  ];
  const ends: (string | undefined)[] = [];
  for (let round = 0; round < 30; round += 1) {
    const link = await welcomed();
    let isOver = false;
    link.ended.then(
      () => (isOver = true),
      () => undefined,
    );
    for (let count = 0; count < 10 && !isOver; count += 1) {
      const frame = samples[dice.below(samples.length)];
      const bytes = ConnectRequest.encode({ frame }).finish();
      for (let change = 0; change <= dice.below(4); change += 1) bytes[dice.below(bytes.length)] = dice.below(256);
      link.sendBytes(bytes.subarray(0, bytes.length - dice.below(3)));
    }
    link.end();
    ends.push((await link.ended).code);
    link.close();
  }
  expect(ends.filter((code) => code === "MALFORMED").length).toBeGreaterThan(10);
  expect(ends.filter((code) => code === "INTERNAL")).toEqual([]);
}, 20_000);

function plainHello() {
  return {
    versions: [1],
    namespace: "demo",
    dendriteId: "raw",
    rights: [],
    features: [],
    implementation: undefined,
    sessionId: "",
    sessionSecret: new Uint8Array(),
    received: 0n,
  };
}
