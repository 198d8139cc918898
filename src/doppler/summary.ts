import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import { ImprintOp, type Entry, type Hit, type Query } from "../../gen/cosmonapse/v1/memory.js";
import { ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import { DeregisterReason } from "../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { FinalStatus, type Content } from "../../gen/cosmonapse/v1/task.js";
import { errorName } from "../errors/index.js";

/** What a Signal says, in a few words and not yet harmless: contents, operation, key, hits, code and message. */
export function summarize({ body }: Signal): string {
  switch (body?.$case) {
    case "task":
      return showContent(body.value.input);
    case "agentOutput": {
      const { output, part, parts } = body.value;
      return join([part > 0 ? `#${part}` : "", showContent(output), parts > 0 ? `(${parts} parts)` : ""]);
    }
    case "final":
      return join([nameIn(FinalStatus, body.value.status), showError(body.value.detail)]);
    case "recall":
      return showQuery(body.value.query);
    case "recalled":
      return showHits(body.value.hits, body.value.truncated);
    case "imprint": {
      const { op, id, mergeKey, content } = body.value;
      return join([nameIn(ImprintOp, op), mergeKey ?? id, showContent(content)]);
    }
    case "imprinted": {
      const { op, id, mergeKey, version, replayed } = body.value;
      return join([nameIn(ImprintOp, op), mergeKey ?? id, `v${version}`, replayed ? "replayed" : ""]);
    }
    case "error":
      return showError(body.value.detail);
    case "heartbeat":
      return body.value.ids.join(" ");
    case "register": {
      const { role, kind, capabilities } = body.value;
      return join([nameIn(ParticipantRole, role), body.value.id, kind, capabilities.join(" ")]);
    }
    case "deregister":
      return join([body.value.id, nameIn(DeregisterReason, body.value.reason)]);
    case "stop":
      return join([body.value.requestId, body.value.reason]);
    case "stopped":
      return body.value.requestId;
    default:
      return "";
  }
}

function showError(detail: ErrorDetail | undefined): string {
  return detail === undefined ? "" : join([errorName(detail.code), detail.message]);
}

function showQuery(query: Query | undefined): string {
  if (query === undefined) return "";
  const { text, mergeKey, ids, tags, where, topK } = query;
  return join([
    text === undefined ? "" : JSON.stringify(text),
    mergeKey === undefined ? "" : `key ${mergeKey}`,
    ids.join(" "),
    tags.map((tag) => `#${tag}`).join(" "),
    where === undefined ? "" : "where …",
    topK === 0 ? "" : `top ${topK}`,
  ]);
}

function showHits(hits: readonly Hit[], truncated: boolean): string {
  const [first] = hits;
  const count = `${hits.length}${truncated ? "+" : ""} ${hits.length === 1 ? "hit" : "hits"}`;
  return join([count, showEntry(first?.entry)]);
}

function showEntry(entry: Entry | undefined): string {
  return entry === undefined ? "" : join([entry.mergeKey ?? entry.id, `v${entry.version}`, showContent(entry.content)]);
}

/** What can be on one line: longer contents are not decoded further. */
const bytesMax = 2_048;

function showContent(content: Content | undefined): string {
  if (content === undefined) return "";
  const { data, mediaType } = content;
  const isText = mediaType === "" || /^\s*(text\/|application\/(?:.*\+)?json)/i.test(mediaType);
  if (!isText) return `${mediaType}, ${data.length} bytes`;
  return new TextDecoder().decode(data.subarray(0, bytesMax));
}

function nameIn(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value);
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
