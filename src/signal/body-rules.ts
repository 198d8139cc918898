import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { Effect, Exchange, ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import { DeregisterReason, type RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { ERROR_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { FinalStatus, type AgentOutputBody, type Content, type FinalBody } from "../../gen/cosmonapse/v1/task.js";
import type { Json } from "../foundation/index.js";
import { isJsonType, parseJson } from "./content.js";
import { checkName, shorten, tooLarge, wrong, type Finding } from "./header-rules.js";
import { isSignalId, SYNAPSE_SOURCE } from "./ids.js";
import { checkImprint, checkImprinted } from "./imprint-rules.js";
import { checkRecall, checkRecalled } from "./recall-rules.js";
import { utf8Length } from "./text-size.js";

/** What a set of rules found: a finding for each that does not hold. */
export type Findings = readonly (Finding | undefined)[];

const versionBytesMax = 64;

/** The rules of each known body that one Signal alone can show. */
export function checkBody(signal: Signal, limits: Limits): Findings {
  const { body, exchange, source } = signal;
  switch (body?.$case) {
    case "register":
      return checkRegister(body.value, limits);
    case "task":
      return [checkTaskContent(body.value.input, "task.input"), checkContext(body.value.context)];
    case "agentOutput":
      return [checkParts(body.value, exchange), checkOutput(body.value.output)];
    case "final":
      return checkFinal(body.value, source);
    case "recall":
      return checkRecall(body.value, limits);
    case "recalled":
      return checkRecalled(body.value);
    case "imprint":
      return checkImprint(body.value, limits);
    case "imprinted":
      return checkImprinted(body.value);
    case "error":
      return checkDetail(body.value.detail, "error.detail", source);
    case "heartbeat":
      return body.value.ids.map((id) => checkName(id, "heartbeat.ids", "COS-ENV-012"));
    case "deregister":
      return [checkName(body.value.id, "deregister.id", "COS-ENV-012"), checkReason(body.value.reason, source)];
    case "stop":
      return [checkRequestId(body.value.requestId, "stop.request_id", "COS-TYPE-013")];
    case "stopped":
      return [checkRequestId(body.value.requestId, "stopped.request_id", "COS-STOP-008")];
    case "discover":
    case undefined:
      return [];
    default:
      return unreachable(body);
  }
}

// A body that is added to the schema does not compile until it has its rules.
function unreachable(_body: never): Findings {
  return [];
}

const roles: ReadonlySet<number> = new Set(Object.values(ParticipantRole).filter((role) => role !== 0));

function checkRegister(body: RegisterBody, limits: Limits): Findings {
  const { id, role, kind, capabilities, version, storeId } = body;
  return [
    checkName(id, "register.id", "COS-REG-002"),
    id === SYNAPSE_SOURCE ? wrong("COS-REG-002", "register.id", `The id '${id}' is reserved`) : undefined,
    roles.has(role)
      ? undefined
      : wrong("COS-REG-003", "register.role", `The role ${role} is none of NEURON and ENGRAM`),
    kind === "" ? undefined : checkName(kind, "register.kind", "COS-REG-004"),
    ...checkCapabilities(capabilities, limits),
    utf8Length(version) > versionBytesMax
      ? tooLarge("COS-REG-022", "register.version", `A version has at most ${versionBytesMax} bytes`)
      : undefined,
    (role === ParticipantRole.ENGRAM) === (storeId !== "")
      ? undefined
      : wrong("COS-REG-017", "register.store_id", "An Engram names its store, and nobody else does"),
  ];
}

function checkCapabilities(capabilities: readonly string[], limits: Limits): Findings {
  const field = "register.capabilities";
  if (capabilities.length > limits.capabilities) {
    return [tooLarge("COS-REG-004", field, `At most ${limits.capabilities} capabilities, not ${capabilities.length}`)];
  }
  const isUnique = new Set(capabilities).size === capabilities.length;
  return [
    ...capabilities.map((capability) => checkName(capability, field, "COS-REG-004")),
    isUnique ? undefined : wrong("COS-REG-004", field, "A capability is named twice"),
  ];
}

/** The JSON of a Content; undefined if it has none to check. Throws what the platform throws. */
function jsonOf(content: Content | undefined): Json | undefined {
  return content === undefined || !isJsonType(content.mediaType) ? undefined : parseJson(content.data);
}

function checkTaskContent(content: Content | undefined, field: string): Finding | undefined {
  try {
    jsonOf(content);
    return undefined;
  } catch {
    return { ...wrong("COS-CONT-004", field, "It is no JSON in UTF-8"), code: "INVALID_INPUT" };
  }
}

function checkContext(content: Content | undefined): Finding | undefined {
  const finding = checkTaskContent(content, "task.context");
  if (finding !== undefined) return finding;
  const value = jsonOf(content);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (value === undefined || isObject) return undefined;
  return { ...wrong("COS-CONT-005", "task.context", "A context is a JSON object"), code: "INVALID_INPUT" };
}

function checkOutput(content: Content | undefined): Finding | undefined {
  const finding = checkTaskContent(content, "agent_output.output");
  return finding && { ...finding, requirement: "COS-CONT-001", code: "INVALID_OUTPUT" };
}

function checkParts({ part, parts }: AgentOutputBody, exchange: Exchange): Finding | undefined {
  if (exchange === Exchange.PARTIAL && (part === 0 || parts !== 0)) {
    return wrong("COS-TASK-008", "agent_output.part", "A PARTIAL has its number from 1 in `part`, and no `parts`");
  }
  if (exchange === Exchange.REPLY && part !== 0) {
    return wrong("COS-TASK-008", "agent_output.part", "A REPLY has no `part`; `parts` says how many came before");
  }
  return undefined;
}

const statuses: ReadonlySet<number> = new Set(Object.values(FinalStatus).filter((status) => status !== 0));

function checkFinal({ status, detail }: FinalBody, source: string): Findings {
  if (!statuses.has(status)) return [wrong("COS-TRACE-016", "final.status", `The status ${status} is unknown`)];
  if (detail !== undefined) return checkDetail(detail, "final.detail", source);
  if (status === FinalStatus.COMPLETED) return [];
  return [wrong("COS-TRACE-016", "final.detail", "A trace that did not complete says why")];
}

const rows = new Map<number, { readonly retryable: boolean }>(Object.values(ERROR_TABLE).map((row) => [row.code, row]));

function checkDetail(detail: ErrorDetail | undefined, field: string, source: string): Findings {
  if (detail === undefined || detail.code === 0)
    return [wrong("COS-ERR-001", field, "An error has a detail with a code")];
  const expected = rows.get(detail.code)?.retryable ?? detail.retryable;
  return [
    detail.retryable === expected
      ? undefined
      : wrong("COS-ERR-002", `${field}.retryable`, `For this code it is ${String(expected)}`),
    detail.effect === Effect.UNSPECIFIED
      ? wrong("COS-ERR-003", `${field}.effect`, "An error states whether the work may have been done")
      : undefined,
    detail.participant === "" || source === SYNAPSE_SOURCE
      ? undefined
      : wrong("COS-ERR-010", `${field}.participant`, "Only the Synapse names a participant"),
  ];
}

function checkReason(reason: DeregisterReason, source: string): Finding | undefined {
  if (reason !== DeregisterReason.SESSION_ENDED || source === SYNAPSE_SOURCE) return undefined;
  return wrong("COS-REG-023", "deregister.reason", "Only the Synapse gives the reason SESSION_ENDED");
}

function checkRequestId(id: string, field: string, requirement: string): Finding | undefined {
  if (id === "" || isSignalId(id)) return undefined;
  return wrong(requirement, field, `'${shorten(id)}' is not evt_ and a ULID`);
}
