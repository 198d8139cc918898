import type { ErrorRow } from "../synapse/error-table.js";
import { objectOf, objectsOf, textOf, toCount } from "../synapse/read-value.js";
import { faultOfDetail } from "../synapse/wire-rules.js";
import { isList, type ValueObject } from "../wire/value.js";

const numberedFrames: readonly string[] = ["credit", "drain", "subscribe", "unsubscribe"];

/** The first number of a frame of a peer and how many it takes; undefined: the frame has none. (COS-GRPC-006) */
export function guestNumbersOf(frame: ValueObject): { readonly first: number; readonly count: number } | undefined {
  if (frame["publish"] !== undefined) {
    const { first, signals } = objectOf(frame["publish"]);
    return { first: toCount(first), count: isList(signals) ? signals.length : 0 };
  }
  const kind = numberedFrames.find((name) => frame[name] !== undefined);
  return kind === undefined ? undefined : { first: toCount(objectOf(frame[kind])["number"]), count: 1 };
}

/** What is wrong with a frame of a peer behind its Hello, whatever the case is about; undefined: nothing. */
export function faultOfGuestFrame(frame: ValueObject, seen: number, limits: ValueObject): string | undefined {
  if (frame["hello"] !== undefined) return "COS-GRPC-001: a second Hello came";
  const numbers = guestNumbersOf(frame);
  if (numbers !== undefined && numbers.first !== seen + 1) {
    return `COS-GRPC-006: the number ${seen + 1} was to come, and it was ${numbers.first}`;
  }
  const { signals, notes } = objectOf(frame["publish"]);
  return faultOfSizes(isList(signals) ? signals : [], limits) ?? faultOfNotes(objectsOf(notes), numbers?.count ?? 0);
}

function faultOfSizes(signals: readonly unknown[], limits: ValueObject): string | undefined {
  const bytes = signals.map((one) => (one instanceof Uint8Array ? one.length : 0)).reduce((sum, one) => sum + one, 0);
  const [most, mostBytes] = [toCount(limits["frame_signals"]), toCount(limits["frame_bytes"])];
  if (signals.length > most) return `COS-GRPC-009: a Publish holds ${signals.length} Signals, and ${most} are allowed`;
  if (signals.length > 1 && bytes > mostBytes) {
    return `COS-GRPC-009: a Publish holds ${bytes} bytes of Signals, and ${mostBytes} are allowed`;
  }
  return undefined;
}

function faultOfNotes(notes: readonly ValueObject[], count: number): string | undefined {
  const indexes = notes.map(({ index }) => toCount(index));
  const isRight = indexes.every((index, at) => index < count && (at === 0 || index > (indexes[at - 1] ?? 0)));
  return isRight ? undefined : `COS-GRPC-012: the notes of a Publish have the indexes ${indexes.join(", ")}`;
}

const idForm = /^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const nanosOfMs = 1_000_000;

/** What is wrong with a Signal of a peer, whatever the case is about; undefined: nothing. */
export function faultOfSignal(signal: ValueObject, errors: ReadonlyMap<string, ErrorRow>): string | undefined {
  const { id, created_at: created, error } = signal;
  if (!idForm.test(textOf(id))) return `COS-ENV-001: the id ${textOf(id)} is no id`;
  if (created === undefined) return `COS-ENV-016: ${textOf(id)} says not when it was made`;
  const nanos = toCount(objectOf(created)["nanos"]);
  if (nanos % nanosOfMs !== 0) return `COS-ENV-016: ${textOf(id)} was made at no whole millisecond: ${nanos} ns`;
  return error === undefined ? undefined : faultOfDetail(objectOf(objectOf(error)["detail"]), errors);
}
