import { createReadStream } from "node:fs";

/** One line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Where it begins in the file, bytes. */
  readonly offset: number;
  /** Its bytes, without the end of the line. */
  readonly bytes: Buffer;
}

/** The longest line that is read, bytes: an entry of 1 MiB in any escaping fits. */
export const LINE_BYTES_MAX = 16_777_216;

/**
 * The lines of a file, one in memory at a time. A line that is too long comes with as many bytes as were read, more
 * than `LINE_BYTES_MAX`, and is the last one. Rejects with what reading throws.
 */
export async function* linesOf(file: string): AsyncGenerator<Line, void, void> {
  let number = 1;
  let offset = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      const bytes = Buffer.concat([...held, chunk.subarray(from, to)]);
      yield { number, offset, bytes };
      number += 1;
      offset += bytes.length + 1;
      held = [];
      heldBytes = 0;
      from = to + 1;
    }
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > LINE_BYTES_MAX) break;
  }
  if (heldBytes > 0) yield { number, offset, bytes: Buffer.concat(held) };
}
