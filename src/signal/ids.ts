import { createUlidSource, systemClock, type Clock, type RandomSource } from "../foundation/index.js";

/** The source of Signals that the Synapse makes itself; nobody may register it (COS-ENV-011). */
export const SYNAPSE_SOURCE = "synapse";

/** Makes the ids of Signals and traces. Each is greater than the one before. */
export interface IdSource {
  /** `evt_` and a ULID. */
  signalId(): string;
  /** `trc_` and a ULID. */
  traceId(): string;
}

/** Makes a source of ids. Default: the machine's clock and random bytes. */
export function createIdSource(clock: Clock = systemClock, random?: RandomSource): IdSource {
  const next = createUlidSource(() => clock.wallMs(), random);
  return { signalId: () => `evt_${next()}`, traceId: () => `trc_${next()}` };
}

const namePattern = /^[A-Za-z0-9_-]{1,64}$/;
const signalIdPattern = /^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const traceIdPattern = /^trc_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

// What was right last is right again: most Signals have the trace and the source of the one before.
let lastTraceId = "";
let lastName = "";

const entryIdPattern = /^eng_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** True for the id of an entry (COS-ENT-001). */
export function isEntryId(text: string): boolean {
  return entryIdPattern.test(text);
}

/** True for a namespace, participant id, kind or capability: `[A-Za-z0-9_-]{1,64}` (COS-ENV-012). */
export function isName(text: string): boolean {
  if (text === lastName && text !== "") return true;
  if (!namePattern.test(text)) return false;
  lastName = text;
  return true;
}

/** True for the id of a Signal (COS-ENV-001). */
export function isSignalId(text: string): boolean {
  return signalIdPattern.test(text);
}

/** True for the id of a trace (COS-ENV-003). */
export function isTraceId(text: string): boolean {
  if (text === lastTraceId && text !== "") return true;
  if (!traceIdPattern.test(text)) return false;
  lastTraceId = text;
  return true;
}
