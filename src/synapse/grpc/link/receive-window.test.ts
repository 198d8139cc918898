import { once } from "node:events";
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type Settings } from "node:http2";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Hello } from "../../../../gen/cosmonapse/v1/frames.js";
import { ConnectResponse } from "../../../../gen/cosmonapse/v1/synapse_service.js";
import { encodeRequest } from "../client/client-link.js";
import { SynapseServer } from "../index.js";
import { openReceiveWindow, RECEIVE_WINDOW_BYTES } from "./receive-window.js";
import { SERVICE_NAME } from "./service.js";

const headBytes = 5;
let server: SynapseServer;
let session: ClientHttp2Session;

beforeEach(async () => {
  server = new SynapseServer({ port: 0 });
  const { port } = await server.start();
  session = connect(`http://127.0.0.1:${port}`);
  await once(session, "remoteSettings");
});
afterEach(async () => {
  session.destroy();
  await server.close();
});

/** Opens a `Connect` stream, and says Hello on it. */
function greet(dendriteId: string): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": `/${SERVICE_NAME}/Connect`,
    "content-type": "application/grpc",
    te: "trailers",
  });
  const value = Hello.create({ versions: [1], namespace: "demo", dendriteId });
  const hello = encodeRequest({ $case: "hello", value });
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(hello.length, 1);
  stream.write(Buffer.concat([head, hello]));
  return stream;
}

test("is open once a peer has said Hello, and not before", async () => {
  const before = { ...session.remoteSettings };
  greet("raw").resume();
  const [after] = (await once(session, "remoteSettings")) as [Settings];
  expect([before.initialWindowSize, after.initialWindowSize]).toEqual([65_535, RECEIVE_WINDOW_BYTES]);
});

test("is opened once for many links on one connection", async () => {
  // More than Node lets wait for their acknowledgement.
  const streams = Array.from({ length: 30 }, (_, index) => greet(`raw-${index}`));
  const answers = await Promise.all(streams.map((stream) => once(stream, "data") as Promise<[Buffer]>));
  const kinds = answers.map(([bytes]) => ConnectResponse.decode(bytes.subarray(headBytes)).frame?.$case);
  expect(kinds).toEqual(streams.map(() => "welcome"));
});

test("stays as it was on a call that hides its session", () => {
  expect(() => openReceiveWindow({})).not.toThrow();
  expect(() => openReceiveWindow({ call: { stream: {} } })).not.toThrow();
});
