import { toCosmoError } from "../../errors/index.js";
import { decodeSignal, scanSignal, STANDARD_LIMITS, validateSignal, type Finding } from "../../signal/index.js";

/** A rule that an encoded Signal breaks. */
export interface SignalFinding {
  /** The id of the requirement; empty: none applies. */
  readonly requirement: string;
  /** The code that a Synapse would refuse it with. */
  readonly code: string;
  /** The path of the field, in proto names. */
  readonly field: string;
  readonly message: string;
  /** The id of the Signal, if it can be read. */
  readonly id: string;
}

/** The rules that an encoded Signal breaks: those of its bytes, its header and its body. Never throws. */
export function findIn(bytes: Uint8Array): readonly SignalFinding[] {
  const ofBytes = refusalOf(() => scanSignal(bytes, STANDARD_LIMITS));
  try {
    const signal = decodeSignal(bytes);
    const own = validateSignal(signal).map((finding) => show(finding, signal.id));
    const isNew = ofBytes !== undefined && !own.some(({ requirement }) => requirement === ofBytes.requirement);
    return isNew ? [{ ...ofBytes, id: signal.id }, ...own] : own;
  } catch (thrown) {
    return [ofBytes ?? readRefusal(thrown)];
  }
}

function show({ requirement, code, field, message }: Finding, id: string): SignalFinding {
  return { requirement, code, field, message, id };
}

function refusalOf(check: () => unknown): SignalFinding | undefined {
  try {
    check();
    return undefined;
  } catch (thrown) {
    return readRefusal(thrown);
  }
}

function readRefusal(thrown: unknown): SignalFinding {
  const error = toCosmoError(thrown, "MALFORMED");
  const { requirement, field, message } = error.detail;
  return { requirement, code: error.code, field, message, id: "" };
}
