import {
  PageMessage,
  ServerMessage,
  type Opening,
  type Record as FeedRecord,
} from "../../../../gen/cosmonapse/prism/v1/prism.js";

/** Who hears of a feed. */
export interface FeedListener {
  readonly onOpening: (opening: Opening) => void;
  /** Records in order, whole messages of the server: nothing more than a window of them follows before `takeOver`. */
  readonly onRecords: (records: readonly FeedRecord[]) => void;
  /** While the page takes nothing over: the number of the newest record that waits. */
  readonly onBehind: (newest: number) => void;
  readonly onState: (state: FeedState) => void;
}

/** Where a feed stands. `refused`: the link was used, or the server is another one; only a new link helps. */
export interface FeedState {
  readonly kind: "connecting" | "open" | "lost" | "refused" | "ended";
  readonly reason: string;
}

const refusedCode = 1_008;
const pauseMs = { first: 250, most: 5_000 } as const;
const keyName = "prism-session";

/**
 * The feed of the server that the page came from. Enters with the token of the link, which is taken out of the address
 * at once, or with the key of this tab's session; when the connection is lost it opens another and goes on behind the
 * last record that the page took over. What it was told and did not take over is told again.
 */
export class FeedClient {
  readonly #listener: FeedListener;
  #token: string;
  #pauseMs: number = pauseMs.first;
  #hasEnded = false;
  #socket: WebSocket | undefined;
  #retry: number | undefined;
  /** The number of the last record that the page took over. */
  #through = 0;

  constructor(listener: FeedListener) {
    this.#listener = listener;
    const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
    if (token !== "") {
      const rest = new URLSearchParams(location.hash.slice(1));
      rest.delete("token");
      history.replaceState(undefined, "", `${location.pathname}${location.search}#${rest.toString()}`);
      sessionStorage.removeItem(keyName);
    }
    this.#token = token === "" ? (sessionStorage.getItem(keyName) ?? "") : token;
  }

  /** True if there is a token or a key to enter with. */
  get hasCredential(): boolean {
    return this.#token !== "";
  }

  /** Connects, and stays connected until the server says that nothing follows. */
  connect(): void {
    this.#listener.onState({ kind: "connecting", reason: "" });
    const socket = new WebSocket(`ws://${location.host}/feed`);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      say(socket, { $case: "enter", value: { token: this.#token, after: BigInt(this.#through) } });
    });
    socket.addEventListener("message", ({ data }) => {
      if (data instanceof ArrayBuffer && !this.#hasEnded) this.#take(new Uint8Array(data));
    });
    socket.addEventListener("close", ({ code, reason }) => this.#closed(code, reason));
  }

  /** The page has taken over every record up to a number, and has room for more. */
  takeOver(through: number): void {
    this.#through = through;
    if (this.#socket !== undefined) say(this.#socket, { $case: "taken", value: { through: BigInt(through) } });
  }

  /** Ends the feed for good: nothing is told any more. */
  close(): void {
    this.#hasEnded = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  #take(bytes: Uint8Array): void {
    const { message } = ServerMessage.decode(bytes);
    if (message?.$case === "opening") {
      this.#token = message.value.sessionKey;
      sessionStorage.setItem(keyName, this.#token);
      this.#pauseMs = pauseMs.first;
      this.#listener.onState({ kind: "open", reason: "" });
      this.#listener.onOpening(message.value);
    }
    if (message?.$case === "ending") {
      this.#hasEnded = true;
      this.#listener.onState({ kind: "ended", reason: message.value.reason });
    }
    if (message?.$case === "behind") this.#listener.onBehind(Number(message.value.newest));
    if (message?.$case === "records") this.#listener.onRecords(message.value.records);
  }

  #closed(code: number, reason: string): void {
    if (this.#hasEnded) return;
    if (code === refusedCode) {
      sessionStorage.removeItem(keyName);
      this.#listener.onState({ kind: "refused", reason });
      return;
    }
    this.#listener.onState({ kind: "lost", reason });
    this.#retry = window.setTimeout(() => this.connect(), this.#pauseMs * (0.5 + Math.random() / 2));
    this.#pauseMs = Math.min(pauseMs.most, this.#pauseMs * 2);
  }
}

function say(socket: WebSocket, message: NonNullable<PageMessage["message"]>): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(PageMessage.encode({ message }).finish()));
}
