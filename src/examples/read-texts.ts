import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { CosmoError } from "../index.js";

/** A text file that was read. */
export interface TextFile {
  /** Where it is below the directory, with `/`. */
  readonly file: string;
  readonly text: string;
}

/** What one reading may take; more is an error, never left out in silence. */
export interface ReadLimits {
  /** Names looked at, folders included. Default: 50,000. */
  readonly namesMax?: number;
  /** Text files. Default: 1,000. */
  readonly filesMax?: number;
  /** Bytes of all of them. Default: 4 MiB. */
  readonly bytesMax?: number;
}

/**
 * Reads the `.md`, `.txt` and `.proto` files in a directory and below it, in the order of their names. Hidden folders,
 * `node_modules` and links are left out, and so are files that hold no text in spite of their name. Throws
 * INVALID_INPUT for a directory that is not there, holds no text, holds more than the limits, or cannot be read.
 */
export async function readTexts(directory: string, limits: ReadLimits = {}): Promise<TextFile[]> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true) throw refuse(directory, "is no directory; name one that holds text files");
  try {
    const texts = await readAll(directory, await findFiles(directory, limits), limits);
    if (texts.length > 0) return texts;
  } catch (thrown) {
    if (thrown instanceof CosmoError) throw thrown;
    throw new CosmoError("INVALID_INPUT", `'${directory}' cannot be read: ${String(thrown)}`, { cause: thrown });
  }
  throw refuse(directory, "holds no .md, .txt or .proto file with text in it; name another directory");
}

async function findFiles(directory: string, { namesMax = 50_000, filesMax = 1_000 }: ReadLimits): Promise<string[]> {
  const files: string[] = [];
  const folders = [directory];
  let names = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      names += 1;
      const isHidden = entry.name.startsWith(".") || entry.name === "node_modules";
      if (entry.isDirectory() && !isHidden) folders.push(join(folder, entry.name));
      if (entry.isFile() && /\.(?:md|txt|proto)$/i.test(entry.name)) files.push(join(folder, entry.name));
    }
    if (names > namesMax) throw refuse(directory, `holds more than ${namesMax} names; name a smaller directory`);
    if (files.length > filesMax)
      throw refuse(directory, `holds more than ${filesMax} text files; name a smaller directory`);
  }
  return files.sort();
}

async function readAll(directory: string, paths: string[], { bytesMax = 2 ** 22 }: ReadLimits): Promise<TextFile[]> {
  const texts: TextFile[] = [];
  let bytes = 0;
  for (const path of paths) {
    bytes += (await stat(path)).size;
    if (bytes > bytesMax)
      throw refuse(directory, `holds more than ${bytesMax} bytes of text; name a smaller directory`);
    const text = new TextDecoder().decode(await readFile(path));
    if (/[\p{L}\p{N}]/u.test(text) && !text.includes("\0")) {
      texts.push({ file: relative(directory, path).replaceAll(sep, "/"), text });
    }
  }
  return texts;
}

function refuse(directory: string, why: string): CosmoError {
  return new CosmoError("INVALID_INPUT", `'${directory}' ${why}`);
}
