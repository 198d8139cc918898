import type { ValueObject } from "../wire/value.js";
import type { Header } from "./header.js";

/** What becomes of what is to be delivered. */
export interface Fate {
  /** False: it is not written any more. */
  readonly isWanted: () => boolean;
  /** Called when it is written. */
  readonly written: () => void;
}

/** A session, as those see it who route. */
export interface Party {
  readonly dendrite: string;
  readonly rights: ReadonlySet<string>;
  readonly registrations: Map<string, Registration>;
  /** What it was given and still takes a slot. */
  readonly held: Set<Leg>;
  /** What it asked that has no outcome. */
  pending: number;
  isDraining: boolean;
  isEnded: boolean;
  /** True while it has a link. */
  readonly isLinked: boolean;
  deliver(bytes: Uint8Array, note: ValueObject, fate?: Fate): void;
  send(frame: ValueObject): void;
}

/** A registration that lives. */
export interface Registration {
  readonly session: Party;
  readonly id: string;
  readonly role: string;
  readonly kind: string;
  readonly capabilities: readonly string[];
  readonly room: number;
  readonly isRetrySafe: boolean;
  readonly storeId: string;
  /** The REGISTER as it came. */
  readonly bytes: Uint8Array;
  /** The legs that take a slot. One registration that replaces another goes on with the same set. */
  readonly slots: Set<Leg>;
  isSuspect: boolean;
  heartbeat: NodeJS.Timeout | undefined;
}

/** A trace that was opened. */
export interface Trace {
  readonly id: string;
  readonly opener: Party;
  readonly asks: Map<string, Ask>;
  isClosed: boolean;
  /** Who answered and has to send the FINAL. */
  owedBy: Party | undefined;
  idle: NodeJS.Timeout | undefined;
}

/** An accepted request. */
export interface Ask {
  readonly header: Header;
  readonly position: number;
  readonly asker: Party;
  readonly trace: Trace;
  /** The leg below which it was sent. */
  readonly above: Leg | undefined;
  readonly legs: Leg[];
  readonly deadline: number;
  /** True if its outcome ends the trace. */
  readonly isClosing: boolean;
  timer: NodeJS.Timeout | undefined;
  wait: NodeJS.Timeout | undefined;
  isStopped: boolean;
}

/** One way of a request to one who answers it: the only one, or with fanout ALL one of each id. */
export interface Leg {
  readonly ask: Ask;
  /** The id that was asked; empty: whoever matches. */
  id: string;
  readonly below: Set<Ask>;
  holder: Registration | undefined;
  attempt: number;
  /** True once the current attempt was written to its holder, and once any was. */
  isWritten: boolean;
  wasWritten: boolean;
  /** PARTIALs that were forwarded, and those of them that nobody has consumed. */
  forwarded: number;
  unconsumed: number;
  outcome: "error" | "good" | undefined;
  /** The detail of an ERROR that is its outcome. */
  detail: ValueObject | undefined;
  /** Who was given it, also before. */
  readonly given: Set<Party>;
}

/** True once every leg has its outcome. */
export function isEnded({ legs }: Ask): boolean {
  return legs.every(({ outcome }) => outcome !== undefined);
}

/** A Signal as observers are shown it. */
export interface Shown {
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly traceId: string;
  /** Its source, and the id of its address. */
  readonly participants: readonly string[];
  readonly note: ValueObject;
}
