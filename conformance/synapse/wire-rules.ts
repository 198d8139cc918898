import type { ValueObject } from "../wire/value.js";
import type { ErrorRow } from "./error-table.js";
import type { LinkEnd } from "./link.js";
import { describeDetail, objectOf, objectsOf, textOf, toCount } from "./read-value.js";

const numberedFrames: readonly string[] = ["credit", "drain", "gap", "live", "receipts"];

/** The first number of a frame and how many it takes; undefined: the frame has none. (COS-GRPC-006) */
export function numbersOf(frame: ValueObject): { readonly first: number; readonly count: number } | undefined {
  const deliver = objectOf(frame["deliver"]);
  if (frame["deliver"] !== undefined) {
    const { signals } = deliver;
    return { first: toCount(deliver["first"]), count: Array.isArray(signals) ? signals.length : 0 };
  }
  const kind = numberedFrames.find((name) => frame[name] !== undefined);
  return kind === undefined ? undefined : { first: toCount(objectOf(frame[kind])["number"]), count: 1 };
}

/** What is wrong with the detail of an error, whatever it says; undefined: nothing. */
export function faultOfDetail(detail: ValueObject, errors: ReadonlyMap<string, ErrorRow>): string | undefined {
  const code = textOf(detail["code"]);
  const row = errors.get(code);
  if (row === undefined) return `COS-ERR-001: an error has the code '${code}', which the table does not have`;
  if ((detail["retryable"] === true) !== row.retryable) {
    return `COS-ERR-002: ${code} is ${row.retryable ? "" : "not "}retryable by the table, and its detail says otherwise`;
  }
  return detail["effect"] === undefined ? `COS-ERR-003: ${describeDetail(detail)} states no effect` : undefined;
}

/** What is wrong with a frame from the Synapse, whatever the case is about; undefined: nothing. */
export function faultOfFrame(
  frame: ValueObject,
  seen: number,
  errors: ReadonlyMap<string, ErrorRow>,
): string | undefined {
  if (frame["broken"] !== undefined) return textOf(frame["broken"]);
  const numbers = numbersOf(frame);
  if (numbers !== undefined && numbers.first !== seen + 1) {
    return `COS-GRPC-006: the number ${seen + 1} was to come, and it was ${numbers.first}`;
  }
  const deliver = objectOf(frame["deliver"]);
  const [signals, notes] = [deliver["signals"], objectsOf(deliver["notes"])];
  if (Array.isArray(signals) && signals.length !== notes.length) {
    return `COS-GRPC-011: ${signals.length} Signals have ${notes.length} notes`;
  }
  const rejections = objectsOf(objectOf(frame["receipts"])["receipts"]).flatMap(({ rejection }) =>
    rejection === undefined ? [] : [objectOf(rejection)],
  );
  return rejections.map((detail) => faultOfDetail(detail, errors)).find((fault) => fault !== undefined);
}

/** What is wrong with the end of a link that says why; undefined: nothing. (COS-ERR-011) */
export function faultOfEnd({ status, detail }: LinkEnd, errors: ReadonlyMap<string, ErrorRow>): string | undefined {
  const code = textOf(detail["code"]);
  const row = errors.get(code);
  if (code === "" || row === undefined) return undefined;
  if (row.status !== status)
    return `COS-ERR-011: ${code} ends a call with ${row.status} by the table, and it was ${status}`;
  return faultOfDetail(detail, errors);
}

const nanosOfMs = 1_000_000;

/** What is wrong with when a Signal of the Synapse was made; undefined: nothing. (COS-ENV-016) */
export function faultOfTime({ id, created_at: created }: ValueObject): string | undefined {
  if (created === undefined) return `COS-ENV-016: ${textOf(id)} says not when it was made`;
  const isWhole = toCount(objectOf(created)["nanos"]) % nanosOfMs === 0;
  return isWhole ? undefined : `COS-ENV-016: ${textOf(id)} was made at no whole millisecond`;
}
