import { ULID_DIGITS } from "./ulid.js";

/** How many numbers of 32 bits a ULID takes. */
export const ULID_WORDS = 5;

const charactersOfWord = 6;
const bitsOfCharacter = 5;

const values = new Uint8Array(128);
for (let value = 0; value < ULID_DIGITS.length; value += 1) values[ULID_DIGITS.charCodeAt(value)] = value;

/**
 * A ULID as numbers, for whoever keeps tens of thousands of them: no two have the same. It reads one at a time; what it
 * read last it does not read again.
 */
export class UlidWords {
  readonly #words = new Int32Array(ULID_WORDS);
  #text = "";
  #hash = 0;

  /** A hash of the ULID that was read last. */
  get hash(): number {
    return this.#hash;
  }

  /** Reads the ULID that a text ends with, behind a prefix of so many characters. What is no ULID reads as any other. */
  read(text: string, prefix: number): void {
    if (text === this.#text) return;
    this.#text = text;
    let at = prefix;
    let hash = 0;
    // The first word has what the others leave: two characters.
    let end = prefix + 2;
    for (let index = 0; index < ULID_WORDS; index += 1) {
      let word = 0;
      for (; at < end; at += 1) word = (word << bitsOfCharacter) | (values[text.charCodeAt(at) & 0x7f] ?? 0);
      this.#words[index] = word;
      hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ word, 0x85ebca6b);
      end += charactersOfWord;
    }
    this.#hash = hash ^ (hash >>> 15);
  }

  /** Puts it among others, at a place. */
  write(into: Int32Array, place: number): void {
    for (let index = 0; index < ULID_WORDS; index += 1) into[place * ULID_WORDS + index] = this.#words[index] ?? 0;
  }

  /** True if it stands among others at a place. */
  equals(those: Int32Array, place: number): boolean {
    for (let index = 0; index < ULID_WORDS; index += 1) {
      if (those[place * ULID_WORDS + index] !== this.#words[index]) return false;
    }
    return true;
  }
}
