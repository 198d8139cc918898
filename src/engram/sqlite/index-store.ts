import { createHash } from "node:crypto";
import { indexWords, type Digest, type IndexWord, type StoredEntry } from "../index.js";
import { bucketOf } from "./schema.js";
import type { Statements } from "./statements.js";

/** SHA-256 in hexadecimal digits. */
export const digest: Digest = (text) => createHash("sha256").update(text).digest("hex");

const insertWord = `INSERT INTO word VALUES (?, ${bucketOf("?")}, ?, ?, ?, ?)`;
const deleteWord = `DELETE FROM word WHERE space = ? AND bucket = ${bucketOf("?")} AND word = ? AND number = ? AND leaf = ?`;

/** The words and tags of the entries of a space, by which they are found. */
export class IndexStore {
  readonly #sql: Statements;
  readonly #space: number;

  constructor(sql: Statements, space: number) {
    this.#sql = sql;
    this.#space = space;
  }

  /** Adds an entry. */
  add(number: number, entry: StoredEntry): void {
    for (const word of indexWords(entry, digest)) this.#addWord(number, word);
    for (const tag of entry.tags) this.#sql.run("INSERT INTO tag VALUES (?, ?, ?)", this.#space, tag, number);
  }

  /** Removes an entry. */
  remove(number: number, entry: StoredEntry): void {
    for (const word of indexWords(entry, digest)) this.#removeWord(number, word);
    this.#removeTags(number, entry);
  }

  /** Puts what an entry has become in place of what it was; words that stay are not touched. */
  replace(number: number, before: StoredEntry, entry: StoredEntry): void {
    const old = new Map(indexWords(before, digest).map((word) => [nameOf(word), word]));
    const fresh = indexWords(entry, digest).filter((word) => !old.delete(nameOf(word)));
    // A word may stay in a leaf whose size is another now.
    for (const word of old.values()) this.#removeWord(number, word);
    for (const word of fresh) this.#addWord(number, word);
    this.#removeTags(number, before);
    for (const tag of entry.tags) this.#sql.run("INSERT INTO tag VALUES (?, ?, ?)", this.#space, tag, number);
  }

  #addWord(number: number, { word, leaf, size }: IndexWord): void {
    this.#sql.run(insertWord, this.#space, number, word, number, leaf, size);
  }

  #removeWord(number: number, { word, leaf }: IndexWord): void {
    this.#sql.run(deleteWord, this.#space, number, word, number, leaf);
  }

  #removeTags(number: number, { tags }: StoredEntry): void {
    for (const tag of tags) {
      this.#sql.run("DELETE FROM tag WHERE space = ? AND tag = ? AND number = ?", this.#space, tag, number);
    }
  }
}

function nameOf({ word, leaf, size }: IndexWord): string {
  return `${leaf} ${size} ${word}`;
}
