import { once } from "node:events";
import { connect, type Settings } from "node:http2";
import { expect, test } from "vitest";
import { Hello } from "../../../../gen/cosmonapse/v1/frames.js";
import { encodeRequest } from "../client/client-link.js";
import { SynapseServer } from "../index.js";
import { openReceiveWindow, RECEIVE_WINDOW_BYTES } from "./receive-window.js";
import { SERVICE_NAME } from "./service.js";

test("is open once a peer has said Hello, and not before", async () => {
  const server = new SynapseServer({ port: 0 });
  const { port } = await server.start();
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    await once(session, "remoteSettings");
    const before = { ...session.remoteSettings };
    const stream = session.request({
      ":method": "POST",
      ":path": `/${SERVICE_NAME}/Connect`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const value = Hello.create({ versions: [1], namespace: "demo", dendriteId: "raw" });
    const hello = encodeRequest({ $case: "hello", value });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(hello.length, 1);
    stream.resume().write(Buffer.concat([head, hello]));
    const [after] = (await once(session, "remoteSettings")) as [Settings];
    expect([before.initialWindowSize, after.initialWindowSize]).toEqual([65_535, RECEIVE_WINDOW_BYTES]);
  } finally {
    session.destroy();
    await server.close();
  }
});

test("stays as it was on a call that hides its session", () => {
  expect(() => openReceiveWindow({})).not.toThrow();
  expect(() => openReceiveWindow({ call: { stream: {} } })).not.toThrow();
});
