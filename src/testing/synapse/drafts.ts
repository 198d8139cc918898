import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout, type Address, type Signal } from "../../../gen/cosmonapse/v1/signal.js";
import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { createErrorDetail, errorName } from "../../errors/index.js";
import { check } from "../check.js";
import type { Delivered, Peer, PeerDraft } from "./peer.js";

/** An address; everything that is not given is open. */
export function to(parts: Partial<Address> | string): Address {
  const given = typeof parts === "string" ? { id: parts } : parts;
  return { id: "", type: "", capabilities: [], fanout: Fanout.ONE, ...given };
}

/** A TASK in a trace of its own, unless one is given. */
export function task(peer: Peer, address: Partial<Address> | string, parts: Partial<PeerDraft> = {}): PeerDraft {
  const value = { input: undefined, context: undefined };
  return { traceId: peer.ids.traceId(), directed: to(address), ...parts, body: { $case: "task", value } };
}

/** A TASK below another one that the peer works on. */
export function subTask(
  work: Delivered,
  address: Partial<Address> | string,
  parts: Partial<PeerDraft> = {},
): PeerDraft {
  const { id, traceId } = work.signal;
  const value = { input: undefined, context: undefined };
  const source = work.note.participant;
  return { traceId, parentId: id, source, directed: to(address), ...parts, body: { $case: "task", value } };
}

/** A RECALL in a trace of its own. */
export function recall(peer: Peer, address: Partial<Address> | string, parts: Partial<PeerDraft> = {}): PeerDraft {
  return {
    traceId: peer.ids.traceId(),
    directed: to(address),
    ...parts,
    body: { $case: "recall", value: { query: undefined, mode: 1 } },
  };
}

/** An IMPRINT in a trace of its own. */
export function imprint(peer: Peer, address: Partial<Address> | string): PeerDraft {
  const value = {
    op: 4,
    id: "",
    mergeKey: "k",
    content: undefined,
    tags: [],
    ifVersion: undefined,
    ttl: undefined,
    imprintId: "",
    strategy: 0,
  } as const;
  return {
    traceId: peer.ids.traceId(),
    directed: to(address),
    body: { $case: "imprint", value: { ...value, tags: [] } },
  };
}

/** The header of whatever answers a piece of work. */
function answerHeader(
  { signal, note }: Delivered,
  exchange: Exchange,
): Pick<Signal, "traceId" | "parentId" | "exchange" | "source"> {
  return { traceId: signal.traceId, parentId: signal.id, exchange, source: note.participant };
}

/** The answer to a TASK. */
export function output(work: Delivered, parts: Partial<PeerDraft> = {}): PeerDraft {
  return {
    ...answerHeader(work, Exchange.REPLY),
    ...parts,
    body: { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } },
  };
}

/** A part of the answer to a TASK. */
export function part(work: Delivered, number: number): PeerDraft {
  return {
    ...answerHeader(work, Exchange.PARTIAL),
    body: { $case: "agentOutput", value: { output: undefined, part: number, parts: 0 } },
  };
}

/** The answer to a RECALL. */
export function recalled(work: Delivered): PeerDraft {
  const value = { engramId: work.note.participant, hits: [], truncated: false, cursor: "" };
  return { ...answerHeader(work, Exchange.REPLY), body: { $case: "recalled", value } };
}

/** The failure of any work. */
export function failure(work: Delivered): PeerDraft {
  const detail = createErrorDetail("NEURON_FAILED", "it threw");
  return { ...answerHeader(work, Exchange.REPLY), body: { $case: "error", value: { detail } } };
}

/** A holder's word that it stopped. */
export function stopped(work: Delivered): PeerDraft {
  const { exchange: _event, ...header } = answerHeader(work, Exchange.EVENT);
  return { ...header, body: { $case: "stopped", value: { requestId: work.signal.id } } };
}

/** The end of a trace, or of a request in it. */
export function stop(traceId: string, requestId = "", parts: Partial<PeerDraft> = {}): PeerDraft {
  return { traceId, ...parts, body: { $case: "stop", value: { requestId, reason: "because" } } };
}

/** The last Signal of a trace. */
export function final(traceId: string, parts: Partial<PeerDraft> = {}): PeerDraft {
  return { traceId, ...parts, body: { $case: "final", value: { status: 1, detail: undefined } } };
}

/** The detail of an ERROR. */
export function detailOf({ signal }: Delivered): ErrorDetail {
  const detail = signal.body?.$case === "error" ? signal.body.value.detail : undefined;
  check(detail !== undefined, `${signal.id} is an ERROR with a detail`);
  return detail;
}

/** The name of the code of an ERROR. */
export function codeOf(delivered: Delivered): string {
  return errorName(detailOf(delivered).code);
}
