import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { canonicalText, isEntryId, isJsonObject, readJsonText, sortedSet, toImprintBody } from "../../engram/index.js";
import { toCosmoError } from "../../errors/index.js";
import type { Json, JsonObject } from "../../foundation/index.js";
import { CliError } from "../core/cli-error.js";
import { tryJson } from "../core/read-json.js";
import { EXPORT_FORMAT, EXPORT_FORMAT_VERSION } from "./export-format.js";
import { LINE_BYTES_MAX, type Line } from "./lines.js";

/** An entry of a file, ready to be imprinted. */
export interface FileEntry {
  readonly line: number;
  readonly id: string;
  readonly mergeKey: string | undefined;
  readonly content: JsonObject;
  /** In ascending order of code points. */
  readonly tags: readonly string[];
  /** The number of an item in its sequence. Undefined: a record. */
  readonly seq: number | undefined;
  readonly expiresAt: Date | undefined;
  /** The same for two entries exactly if content and tags are the same. */
  readonly identity: string;
}

/** What a line of a file is. */
export type FilePart =
  | { readonly kind: "header" }
  | { readonly kind: "entry"; readonly entry: FileEntry }
  | { readonly kind: "end"; readonly entries: number };

/** Content and tags as one text. */
export function identityOf(content: Json, tags: readonly string[]): string {
  return canonicalText([content, [...tags]], "INVALID_ENTRY");
}

/** Reads a line of an export. Throws what is wrong with it, as `file:line:column: why`, exit code 100. */
export function readFileLine(file: string, line: Line): FilePart {
  const reader = new LineReader(file, line);
  const value = reader.object();
  if (line.number === 1) {
    reader.check(value["format"] === EXPORT_FORMAT, "format", "this is no export of an Engram");
    const version = value["format_version"];
    reader.check(
      version === EXPORT_FORMAT_VERSION,
      "format_version",
      `version ${JSON.stringify(version)} is not known here`,
    );
    return { kind: "header" };
  }
  if (value["end"] === true) {
    const entries = value["entries"];
    if (typeof entries !== "number") throw reader.broken("entries", "the number of entries is missing");
    return { kind: "end", entries };
  }
  return { kind: "entry", entry: readEntry(reader, value) };
}

function readEntry(reader: LineReader, value: JsonObject): FileEntry {
  const { id, merge_key: mergeKey, content, tags = [], seq, expires_at: expires } = value;
  if (typeof id !== "string" || !isEntryId(id)) throw reader.broken("id", "the id is not eng_ and a ULID");
  if (mergeKey !== undefined && typeof mergeKey !== "string")
    throw reader.broken("merge_key", "merge_key is no string");
  if (!isJsonObject(content)) throw reader.broken("content", "the content is no object");
  if (!isTextList(tags)) throw reader.broken("tags", "the tags are no list of strings");
  if (seq !== undefined && !(typeof seq === "number" && Number.isSafeInteger(seq) && seq > 0)) {
    throw reader.broken("seq", "seq is no number of an item, from 1");
  }
  reader.check(seq === undefined || mergeKey !== undefined, "seq", "an item of a sequence has a merge_key");
  try {
    toImprintBody({ op: "add", entry: content, id, tags, ...(mergeKey === undefined ? {} : { mergeKey }) }, "import");
  } catch (thrown) {
    const { detail } = toCosmoError(thrown, "INVALID_ENTRY");
    throw reader.broken(
      detail.field === "merge_key" || detail.field === "tags" ? detail.field : "content",
      detail.message,
    );
  }
  const set = sortedSet(tags);
  const expiresAt = readInstant(reader, expires);
  return { line: reader.number, id, mergeKey, content, tags: set, seq, expiresAt, identity: identityOf(content, set) };
}

function readInstant(reader: LineReader, text: Json | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(typeof text === "string" ? text : Number.NaN);
  reader.check(!Number.isNaN(date.getTime()), "expires_at", "expires_at is no time");
  return date;
}

function isTextList(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === "string");
}

/** One line, and where in it something is wrong. */
class LineReader {
  readonly number: number;
  readonly #file: string;
  readonly #text: string;

  constructor(file: string, { number, bytes }: Line) {
    this.number = number;
    this.#file = file;
    this.#text = bytes.toString("utf8");
    if (bytes.length > LINE_BYTES_MAX) throw this.#at(1, `the line is over ${LINE_BYTES_MAX} bytes long`);
    if (Buffer.byteLength(this.#text) !== bytes.length || !Buffer.from(this.#text).equals(bytes)) {
      throw this.#at(1, "the line is no UTF-8");
    }
  }

  /** The line as an object of I-JSON. */
  object(): JsonObject {
    const read = tryJson(this.#text);
    if (!("value" in read)) throw this.#at(read.column, `no JSON: ${read.why}`);
    try {
      const { value } = readJsonText(this.#text, "INVALID_ENTRY");
      if (isJsonObject(value)) return value;
    } catch (thrown) {
      throw this.#at(1, toCosmoError(thrown, "INVALID_ENTRY").detail.message);
    }
    throw this.#at(1, "the line is JSON, but no object");
  }

  /** Throws unless it holds of a part of the line. */
  check(holds: boolean, part: string, why: string): void {
    if (!holds) throw this.broken(part, why);
  }

  /** What is wrong with a part of the line. */
  broken(part: string, why: string): CliError {
    const tree = parseTree(this.#text);
    const node = tree === undefined ? undefined : findNodeAtLocation(tree, [part]);
    return this.#at((node?.offset ?? 0) + 1, why);
  }

  #at(column: number, why: string): CliError {
    return brokenAt(this.#file, `${this.number}:${column}`, why);
  }
}

/** What is wrong at a place of a file: a finding, exit code 100. */
export function brokenAt(file: string, place: string, why: string): CliError {
  return new CliError("INVALID_ENTRY", `${file}:${place}: ${why}`, {
    exit: 100,
    hint: "Nothing was imported. Correct the file, or leave out broken lines with --keep-going.",
  });
}
