import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import type { ObserveFilter } from "../../gen/cosmonapse/v1/frames.js";
import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import { errorName } from "../errors/index.js";
import { isName, isTraceId, signalToJson } from "../signal/index.js";
import type { Filter, Term } from "./filter.js";
import type { SignalRecord } from "./record.js";

/** Requests whose outcome may still come; the oldest is forgotten. */
const requestsMax = 100_000;

/**
 * Decides which records a filter shows. It remembers when requests came, so that `took` can be asked of their outcomes:
 * show it every record, in order. Of one whose request it did not see, `took` does not hold, nor does it of anything
 * that is no outcome.
 */
export class Matcher {
  readonly #filter: Filter;
  readonly #requests = new Map<string, number>();

  constructor(filter: Filter) {
    this.#filter = filter;
  }

  /** True if the filter shows a record. Never throws. */
  matches(record: SignalRecord): boolean {
    return holds(this.#filter, { record, tookMs: this.#observe(record) });
  }

  #observe({ signal, at, isSnapshot }: SignalRecord): number | undefined {
    if (isSnapshot) return undefined;
    if (signal.exchange === Exchange.REPLY) {
      const since = this.#requests.get(signal.parentId);
      return since === undefined ? undefined : at - since;
    }
    if (signal.exchange === Exchange.REQUEST) {
      // A second attempt is the same request.
      if (!this.#requests.has(signal.id)) this.#requests.set(signal.id, at);
      const [oldest] = this.#requests.keys();
      if (this.#requests.size > requestsMax && oldest !== undefined) this.#requests.delete(oldest);
    }
    return undefined;
  }
}

interface Seen {
  readonly record: SignalRecord;
  readonly tookMs: number | undefined;
}

function holds(filter: Filter, seen: Seen): boolean {
  switch (filter.kind) {
    case "all":
      return filter.parts.every((part) => holds(part, seen));
    case "any":
      return filter.parts.some((part) => holds(part, seen));
    case "not":
      return !holds(filter.part, seen);
    default:
      return holdsTerm(filter, seen);
  }
}

function holdsTerm(term: Term, { record, tookMs }: Seen): boolean {
  const { signal, at } = record;
  switch (term.kind) {
    case "type":
      return term.types.includes(record.type);
    case "participant":
      return participantsOf(record).some((id) => isOneOf(id, term.names));
    case "source":
      return isOneOf(signal.source, term.names);
    case "trace":
      return isOneOf(signal.traceId, term.ids) || term.ids.some((id) => isEndOf(signal.traceId, id));
    case "id":
      return isOneOf(signal.id, term.ids);
    case "error": {
      const detail = detailOf(record);
      return detail !== undefined && isOneOf(errorName(detail.code), term.codes);
    }
    case "took":
      return tookMs !== undefined && compare(tookMs, term);
    case "after":
      return at > term.at;
    case "before":
      return at < term.at;
    case "text":
      return hasText(signalToJson(signal), term.text.toLowerCase());
  }
}

function participantsOf({ signal: { source, directed, body }, asked }: SignalRecord): readonly string[] {
  const isOfOne = body?.$case === "register" || body?.$case === "deregister";
  return [source, directed?.id ?? "", ...asked, ...(isOfOne ? [body.value.id] : [])];
}

/** True if a trace is named by its last characters. */
function isEndOf(traceId: string, end: string): boolean {
  return !end.startsWith("trc_") && traceId.endsWith(end);
}

function isOneOf(id: string, names: readonly string[]): boolean {
  return names.some((name) => (name.endsWith("*") ? id.startsWith(name.slice(0, -1)) : id === name));
}

function detailOf({ signal: { body }, refused }: SignalRecord): ErrorDetail | undefined {
  if (refused !== undefined) return refused;
  return body?.$case === "error" || body?.$case === "final" ? body.value.detail : undefined;
}

function compare(tookMs: number, { order, ms }: Term & { readonly kind: "took" }): boolean {
  if (order === ">") return tookMs > ms;
  if (order === ">=") return tookMs >= ms;
  return order === "<" ? tookMs < ms : tookMs <= ms;
}

function hasText(value: unknown, text: string): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).some(
      ([key, part]) => (!Array.isArray(value) && key.toLowerCase().includes(text)) || hasText(part, text),
    );
  }
  return String(value).toLowerCase().includes(text);
}

/**
 * The part of a filter that a Synapse can be asked (COS-OBS-006): what it leaves out, the filter would not show. `took`
 * needs the requests too, so beside it only traces are asked.
 */
export function toObserveFilter(filter: Filter): ObserveFilter {
  const terms = filter.kind === "all" ? filter.parts : [filter];
  const wantsRequests = hasTook(filter);
  const asked: ObserveFilter = { types: [], traceIds: [], participants: [] };
  for (const term of terms) {
    if (term.kind === "trace" && asked.traceIds.length === 0 && term.ids.every(isTraceId))
      asked.traceIds = [...term.ids];
    if (wantsRequests) continue;
    if (term.kind === "type" && asked.types.length === 0) asked.types = [...term.types];
    if (term.kind === "source" && asked.participants.length === 0 && term.names.every(isName)) {
      asked.participants = [...term.names];
    }
  }
  return asked;
}

function hasTook(filter: Filter): boolean {
  if (filter.kind === "not") return hasTook(filter.part);
  if (filter.kind === "all" || filter.kind === "any") return filter.parts.some(hasTook);
  return filter.kind === "took";
}
