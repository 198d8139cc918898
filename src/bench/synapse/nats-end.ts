import { pacing, type BusEnd } from "./end.js";

interface NatsMessage {
  readonly data: Uint8Array;
  respond(data: Uint8Array): boolean;
}

/** What is used of it; its own declarations do not compile under the settings of this repository. */
interface NatsLibrary {
  connect(options: { readonly servers: string; readonly name: string }): Promise<{
    publish(subject: string, data: Uint8Array): void;
    flush(): Promise<void>;
    subscribe(subject: string, options: { callback: (error: unknown, message: NatsMessage) => void }): unknown;
    request(subject: string, data: Uint8Array, options: { timeout: number }): Promise<NatsMessage>;
    close(): Promise<void>;
  }>;
}

const library = "@nats-io/transport-node";

/** A client of nats-server that waits for it every so many publications: its own client, as its users have it. */
export async function openNats(url: string, name: string, flushEvery = pacing): Promise<BusEnd> {
  const { connect }: NatsLibrary = await import(library);
  const connection = await connect({ servers: url, name });
  return {
    async publishAll(count, next) {
      for (let index = 0; index < count; index += 1) {
        connection.publish("flow", next(index));
        if (index % flushEvery === flushEvery - 1) await connection.flush();
      }
      await connection.flush();
    },
    async subscribe(take) {
      connection.subscribe("flow", { callback: (_error, { data }) => take(data) });
      await connection.flush();
    },
    async serve(answer) {
      connection.subscribe(`ask.${name}`, {
        callback: (_error, message) => void message.respond(answer(message.data)),
      });
      await connection.flush();
    },
    ask: async ({ bytes }) => (await connection.request("ask.server", bytes, { timeout: 30_000 })).data,
    close: () => connection.close(),
  };
}
