import type { ServerHttp2Session } from "node:http2";

/**
 * How many bytes may be on their way to one side that it has not read: some frames, so that a sender fills the next while
 * the ones before are read. Node's own 64 KiB hold one.
 */
export const RECEIVE_WINDOW_BYTES = 1_048_576;

/** Where grpc-js keeps the HTTP/2 session of a call. It is no part of its interface, so each step may lead nowhere. */
interface CallOnHttp2 {
  readonly call?: { readonly stream?: { readonly session?: Partial<ServerHttp2Session> } };
}

// A connection may carry many calls, and its settings may be told only so often before they are acknowledged.
const opened = new WeakSet<object>();

/**
 * Opens the window of a call's connection and of its streams, once. A client has an option of grpc-js for it, a server has
 * not: where the session is not found, the window stays as it was, and all else works the same.
 */
export function openReceiveWindow(call: object): void {
  // What the types of grpc-js do not say.
  const session = (call as CallOnHttp2).call?.stream?.session;
  if (session === undefined || opened.has(session)) return;
  opened.add(session);
  session.settings?.({ initialWindowSize: RECEIVE_WINDOW_BYTES });
  session.setLocalWindowSize?.(RECEIVE_WINDOW_BYTES);
}
