/** A message as bytes, and what a codec must make of it. */
export interface WireCase {
  readonly id: string;
  /** The full name of the message. */
  readonly message: string;
  readonly bytes: Uint8Array;
  /** `same`: decoded and encoded again it means the same. `refused`: it is no message. */
  readonly expect: "refused" | "same";
  /** Empty: the encoding of protobuf itself says so. */
  readonly requirements: readonly string[];
  readonly needs: readonly string[];
  /** Of what is refused: the valid case that differs in one thing. */
  readonly twin?: string;
}

/** The sentences that cases which were generated show. */
export const shown = {
  notProtobuf: "COS-ENV-028",
  unknownIsNoFailure: "COS-TYPE-012",
  unknownIsKept: "COS-TYPE-014",
} as const;
