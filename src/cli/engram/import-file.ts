import { open, type FileHandle } from "node:fs/promises";
import { describeThrown } from "../../errors/index.js";
import { CliError } from "../core/cli-error.js";
import { brokenAt, readFileLine, type FileEntry } from "./import-line.js";
import { linesOf, type Line } from "./lines.js";

/** Where an item of a sequence is in the file. */
export interface ItemPlace {
  readonly seq: number;
  readonly line: number;
  readonly offset: number;
  readonly length: number;
}

/** What a file holds, from reading it once. Of records only their number is kept, of items where they are. */
export interface FilePlan {
  readonly entries: number;
  /** The items of each sequence by its key, in ascending order of `seq`. */
  readonly sequences: ReadonlyMap<string, readonly ItemPlace[]>;
  /** Lines that cannot be read. */
  readonly broken: number;
}

/** Takes what is wrong with a line: throws it, or goes on without the line. */
export type OnBroken = (error: CliError) => void;

/** Reads a whole file and checks each line. Throws INVALID_ARGUMENT if the file cannot be read. */
export async function planFile(file: string, onBroken: OnBroken): Promise<FilePlan> {
  const sequences = new Map<string, ItemPlace[]>();
  let entries = 0;
  let broken = 0;
  let lines = 0;
  let hasEnd = false;
  const tell: OnBroken = (error) => {
    broken += 1;
    onBroken(error);
  };
  for await (const line of readable(file)) {
    lines = line.number;
    const part = readOr(file, line, tell);
    if (part === undefined) continue;
    if (hasEnd) tell(brokenAt(file, `${line.number}:1`, "something follows the line that ends the file"));
    if (part.kind === "end") {
      hasEnd = true;
      const isWhole = part.entries === entries || broken > 0;
      if (!isWhole) {
        const why = `the file should have ${part.entries} entries, and has ${entries}`;
        tell(brokenAt(file, `${line.number}:1`, why));
      }
    }
    if (part.kind !== "entry") continue;
    entries += 1;
    const { mergeKey, seq } = part.entry;
    if (mergeKey === undefined || seq === undefined) continue;
    const place = { seq, line: line.number, offset: line.offset, length: line.bytes.length };
    const items = sequences.get(mergeKey);
    if (items === undefined) sequences.set(mergeKey, [place]);
    else items.push(place);
  }
  if (!hasEnd) tell(brokenAt(file, `${lines + 1}:1`, "the file ends without its last line; it was cut off"));
  for (const items of sequences.values()) items.sort((left, right) => left.seq - right.seq);
  return { entries, sequences, broken };
}

/** The records of a file that was planned; broken lines are left out. */
export async function* recordsOf(file: string): AsyncGenerator<FileEntry, void, void> {
  for await (const line of readable(file)) {
    const part = readOr(file, line, () => undefined);
    if (part?.kind === "entry" && part.entry.seq === undefined) yield part.entry;
  }
}

/** The items of a sequence, in their order. */
export async function* itemsOf(file: string, places: readonly ItemPlace[]): AsyncGenerator<FileEntry, void, void> {
  const handle = await open(file);
  try {
    for (const place of places) yield await readItem(file, handle, place);
  } finally {
    await handle.close();
  }
}

async function readItem(file: string, handle: FileHandle, place: ItemPlace): Promise<FileEntry> {
  const bytes = Buffer.alloc(place.length);
  await handle.read(bytes, 0, place.length, place.offset);
  const part = readFileLine(file, { number: place.line, offset: place.offset, bytes });
  if (part.kind === "entry") return part.entry;
  throw brokenAt(file, `${place.line}:1`, "the file was changed while it was read");
}

function readOr(file: string, line: Line, onBroken: OnBroken): ReturnType<typeof readFileLine> | undefined {
  try {
    return readFileLine(file, line);
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown;
    onBroken(thrown);
    return undefined;
  }
}

async function* readable(file: string): AsyncGenerator<Line, void, void> {
  try {
    yield* linesOf(file);
  } catch (thrown) {
    if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
    throw new CliError("INVALID_ARGUMENT", `--in: ${describeThrown(thrown)}`, {
      field: "in",
      hint: "Give a file that `cosmo engram export` wrote.",
      cause: thrown,
    });
  }
}
