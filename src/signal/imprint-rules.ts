import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { ImprintOp, type ImprintBody, type ImprintedBody } from "../../gen/cosmonapse/v1/memory.js";
import type { Content } from "../../gen/cosmonapse/v1/task.js";
import { isJsonType, parseJson } from "./content.js";
import { checkName, durationMs, shorten, wrong, type Finding } from "./header-rules.js";
import { isEntryId, isName } from "./ids.js";
import { utf8Length } from "./text-size.js";

const ops: ReadonlySet<number> = new Set(Object.values(ImprintOp));

function invalid(requirement: string, part: string, message: string): Finding {
  return { code: "INVALID_ENTRY", requirement, field: `imprint.${part}`, message };
}

/** The rules of an IMPRINT that it shows by itself; the size and the depth of its content are the Engram's to judge. */
export function checkImprint(body: ImprintBody, limits: Limits): readonly (Finding | undefined)[] {
  return [
    checkOp(body),
    checkPlace(body, limits),
    checkContent(body),
    ...body.tags.map((tag) => checkText(tag, { part: "tags", requirement: "COS-ENT-008", limits })),
    body.tags.length > limits.tags ? invalid("COS-ENT-008", "tags", `At most ${limits.tags} tags`) : undefined,
    checkTtl(body),
    body.imprintId === "" || isName(body.imprintId)
      ? undefined
      : invalid("COS-OP-021", "imprint_id", `'${shorten(body.imprintId)}' does not match [A-Za-z0-9_-]{1,64}`),
  ];
}

/** The rules of an IMPRINTED (COS-OP-033). */
export function checkImprinted({ engramId, op }: ImprintedBody): readonly (Finding | undefined)[] {
  return [
    checkName(engramId, "imprinted.engram_id", "COS-OP-033"),
    op === ImprintOp.UNSPECIFIED
      ? wrong("COS-OP-033", "imprinted.op", "A receipt names the op that was done")
      : undefined,
  ];
}

function checkOp({ op, id }: ImprintBody): Finding | undefined {
  if (op === ImprintOp.UNSPECIFIED) return invalid("COS-OP-030", "op", "An imprint names its op");
  if (!ops.has(op)) return { ...invalid("COS-OP-030", "op", `The op ${op} is unknown`), code: "UNIMPLEMENTED" };
  return op === ImprintOp.APPEND && id !== "" ? invalid("COS-OP-031", "id", "An append takes no id") : undefined;
}

function checkPlace({ op, id, mergeKey, ifVersion }: ImprintBody, limits: Limits): Finding | undefined {
  if (id !== "" && !isEntryId(id)) return invalid("COS-ENT-001", "id", `'${shorten(id)}' is not eng_ and a ULID`);
  if (mergeKey !== undefined) return checkText(mergeKey, { part: "merge_key", requirement: "COS-ENT-009", limits });
  if (id !== "") return undefined;
  if (op === ImprintOp.MERGE || op === ImprintOp.UPSERT || op === ImprintOp.DELETE) {
    return invalid("COS-OP-013", "merge_key", "This op needs a merge key or an id");
  }
  if (ifVersion === undefined) return undefined;
  return invalid("COS-OP-017", "if_version", "A condition on the version needs a merge key or an id");
}

function checkText(text: string, rule: { part: string; requirement: string; limits: Limits }): Finding | undefined {
  const { part, requirement, limits } = rule;
  if (text !== "" && utf8Length(text) <= limits.keyBytes && !text.includes("\0")) return undefined;
  return invalid(requirement, part, `It has from 1 to ${limits.keyBytes} bytes and no U+0000`);
}

function checkContent({ op, content }: ImprintBody): Finding | undefined {
  if (content !== undefined)
    return isObject(content) ? undefined : invalid("COS-ENT-002", "content", "It is no JSON object");
  return op === ImprintOp.DELETE ? undefined : invalid("COS-OP-032", "content", "Only a delete may leave it out");
}

function isObject({ mediaType, data }: Content): boolean {
  try {
    const value = isJsonType(mediaType) ? parseJson(data) : null;
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function checkTtl({ op, ttl }: ImprintBody): Finding | undefined {
  if (ttl === undefined) return undefined;
  if (op !== ImprintOp.DELETE && durationMs(ttl) >= 1) return undefined;
  return invalid("COS-OP-019", "ttl", "It is a number of whole milliseconds above zero, and a delete has none");
}
