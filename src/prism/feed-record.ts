import { Missing, Note, NoteAbout, Seen, type Record as FeedRecord } from "../../gen/cosmonapse/prism/v1/prism.js";
import type { DopplerRecord } from "../doppler/index.js";

/** A record of a tap in the form of the feed. */
export function toFeedRecord(record: DopplerRecord, number: number, redactions: number): FeedRecord {
  return { number: BigInt(number), atUnixMs: BigInt(Math.round(record.at)), what: whatOf(record, redactions) };
}

/** Signals that a page is not shown, and why. */
export function missingRecord(number: number, atMs: number, missing: Parameters<typeof Missing.create>[0]): FeedRecord {
  const what = { $case: "missing", value: Missing.create(missing) } as const;
  return { number: BigInt(number), atUnixMs: BigInt(Math.round(atMs)), what };
}

function whatOf(record: DopplerRecord, redactions: number): FeedRecord["what"] {
  if (record.kind === "note") {
    const about = record.about === "live" ? NoteAbout.LIVE : NoteAbout.LOST;
    return { $case: "note", value: Note.create({ about, text: record.text }) };
  }
  if (record.kind === "gap") {
    const { missed: count, first = 0n, last = 0n, reason } = record;
    return { $case: "missing", value: Missing.create({ count, first, last, reason }) };
  }
  const { number, bytes, position, isSnapshot, asked, attempt, refused } = record;
  const signalNumber = BigInt(number);
  const value = Seen.create({ signalNumber, signal: bytes, position, isSnapshot, attempt, refused, redactions });
  value.asked = [...asked];
  return { $case: "seen", value };
}
