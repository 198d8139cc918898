import type { ValueObject } from "../wire/value.js";
import type { DataObject } from "./case-file.js";
import { ulid } from "./ids.js";
import { resolveObject, type Names, type Saved } from "./resolve.js";

/** The exchange that each body has unless a case says otherwise. */
const exchanges: Readonly<Record<string, string>> = {
  register: "CONTROL",
  task: "REQUEST",
  agent_output: "REPLY",
  final: "CONTROL",
  recall: "REQUEST",
  recalled: "REPLY",
  imprint: "REQUEST",
  imprinted: "REPLY",
  error: "REPLY",
  heartbeat: "CONTROL",
  deregister: "CONTROL",
  discover: "CONTROL",
  stop: "CONTROL",
  stopped: "EVENT",
};

const untraced: readonly string[] = ["register", "heartbeat", "deregister", "discover"];

/** What a Signal is to be made of. */
export interface SignalPlan {
  readonly source: string;
  /** What the case says of it. `to` is short for an address with an id. Null leaves out what else would be filled in. */
  readonly given: DataObject;
  /** The request that it replies to. */
  readonly re?: Saved | undefined;
  /** The work that it is asked below. */
  readonly within?: Saved | undefined;
  readonly names: Names;
}

/** A Signal as an object by the names of the schema: what the case gives, and whatever else a valid one has. */
export function buildSignal({ source, given, re, within, names }: SignalPlan): ValueObject {
  const { to, ...own } = given;
  const body = Object.keys(exchanges).find((name) => name in own) ?? "";
  const filled: DataObject = {
    id: `evt_${ulid()}`,
    exchange: exchanges[body] ?? "REQUEST",
    source,
    created_at: new Date().toISOString(),
    ...(untraced.includes(body) ? {} : { trace_id: `trc_${ulid()}` }),
    ...(typeof to === "string" ? { directed: { id: to } } : {}),
    ...(re === undefined ? {} : { source: re.participant, trace_id: re.trace, parent_id: re.id }),
    ...(within === undefined ? {} : { trace_id: within.trace, parent_id: within.id, source: within.participant }),
  };
  return resolveObject({ ...filled, ...own }, names);
}
