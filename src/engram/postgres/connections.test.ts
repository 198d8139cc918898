import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import pg from "pg";
import { expect, test } from "vitest";
import { PostgresEngram } from "./index.js";

/** A message of PostgreSQL's protocol: a letter, a length that counts itself, a body. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

const ready = [message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))];
const gone = message("E", Buffer.from("SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0"));

/** A server that says in one packet that a client may begin and that its connection is over. */
async function startDyingServer(): Promise<{ dsn: string; close: () => void }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(Buffer.concat([...ready, gone])));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // `address` is an object for every server that listens on a port.
  const { port } = server.address() as AddressInfo;
  return { dsn: `postgresql://anyone@127.0.0.1:${port}/any`, close: () => server.close() };
}

test("a connection that ends as it begins is an error of the call, in a pool of ours and in yours", async () => {
  const { dsn, close } = await startDyingServer();
  const pool = new pg.Pool({ connectionString: dsn });
  pool.on("error", () => undefined);
  const address = { engramId: "ctx", engramKind: "context" };
  for (const target of [{ dsn }, { pool }]) {
    await using engram = new PostgresEngram({ ...address, ...target });
    await expect(engram.open("vectors")).rejects.toMatchObject({ code: "ENGRAM_FAILED" });
  }
  await pool.end();
  close();
});
