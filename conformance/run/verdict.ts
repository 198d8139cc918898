/** What came of a check. */
export type Verdict =
  | "passed"
  /** It was not as the specification says. */
  | "failed"
  /** It was refused, but for another reason than the one that is wrong. */
  | "wrong-reason"
  | "crashed"
  | "hung"
  /** Its positive twin did not pass, or a check before it in the case did not: nothing can be said. */
  | "inconclusive"
  /** It needs what is not claimed. */
  | "unsupported"
  /** Its case ended well without a word of it. */
  | "not-emitted"
  /** It failed as the list of known failures says. */
  | "known-failing"
  /** The harness is broken: nothing is said of the implementation. */
  | "harness-error";

/** All verdicts, the good ones first. */
export const verdicts: readonly Verdict[] = [
  "passed",
  "failed",
  "wrong-reason",
  "crashed",
  "hung",
  "inconclusive",
  "not-emitted",
  "known-failing",
  "unsupported",
  "harness-error",
];

/** Why a check did not pass. */
export class Finding extends Error {
  override readonly name = "Finding";
  readonly verdict: Verdict;

  constructor(verdict: Verdict, message: string) {
    super(message);
    this.verdict = verdict;
  }
}

/** Something that crossed the wire or the pipe. */
export interface Sight {
  /** Since the case began, milliseconds. */
  readonly ms: number;
  /** Whose link it was: the name of a peer of the runner, or `harness`. */
  readonly peer: string;
  /** `>`: to the implementation. `<`: from it. */
  readonly way: ">" | "<";
  /** The frame or the message, by its name. */
  readonly what: string;
  /** What it said. */
  readonly text: string;
}

/** A sight in the moment: its text is made when somebody wants it. */
export interface Seen extends Pick<Sight, "peer" | "what" | "way"> {
  readonly tell: () => string;
}

/** One check of one case, with what came of it. */
export interface CheckResult {
  readonly case: string;
  readonly check: string;
  readonly requirements: readonly string[];
  readonly verdict: Verdict;
  /** Why, unless it passed. */
  readonly reason: string;
  /** What crossed the wire or the pipe before, the latest last. */
  readonly evidence: readonly Sight[];
  /** How many crossed before those, and are not kept. */
  readonly earlier: number;
}

/** What a case tells while it is played. */
export interface Emit {
  /** The check has passed. */
  passed(check: string): void;
  /** Something crossed the wire. */
  saw(seen: Seen): void;
}

/** A case that can be played. */
export interface Case {
  readonly id: string;
  /** The sentences of the specification that it shows; empty: the encoding of protobuf itself. */
  readonly requirements: readonly string[];
  /** Declared ahead: one that is not emitted is a failure. */
  readonly checks: readonly string[];
  /** Features that have to be claimed. */
  readonly needs: readonly string[];
  /** The case that differs in one thing and is valid. */
  readonly twin?: string;
  /** True if it shows that something invalid is refused. */
  readonly isNegative: boolean;
  /** True if it also shows, behind a fence, that something is not there. */
  readonly showsAbsence?: boolean;
  /** True of a negative one that also shows what is right. */
  readonly showsRight?: boolean;
  /** Plays it. Rejects with a Finding when a check does not pass. */
  readonly play: (emit: Emit) => Promise<void>;
}
