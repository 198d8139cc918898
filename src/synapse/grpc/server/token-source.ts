import { readFileSync } from "node:fs";
import { CosmoError, describeThrown } from "../../../errors/index.js";
import type { Clock } from "../../../foundation/index.js";
import { Credentials, type Caller, type CredentialEntry } from "./credentials.js";
import { FileWatch } from "./file-watch.js";
import { OPEN_GRANT, type Grant } from "./grant.js";

/** Where a Synapse's credentials come from: a JSON file with a list of them, which is watched, or the list itself. */
export type Tokens = { readonly file: string } | { readonly entries: readonly CredentialEntry[] };

/** What a token source is made with. */
export interface TokenSourceOptions {
  /** Undefined: everyone may do everything. */
  readonly tokens: Tokens | undefined;
  readonly clock: Clock;
  /** Called after the credentials changed. */
  readonly onChange: () => void;
  /** Takes what is wrong with a file that changed: the credentials stay as they were. */
  readonly onError: (error: CosmoError) => void;
}

/**
 * The credentials of a Synapse as they are now. A file that changes is read again at once, without a restart; one that
 * cannot be read, or is wrong, changes nothing.
 */
export class TokenSource {
  readonly #options: TokenSourceOptions;
  #credentials: Credentials | undefined;
  /** The file as it was when it was last right. */
  #text: string | undefined;
  #watch: FileWatch | undefined;

  /** Throws INVALID_ARGUMENT for credentials that are wrong, and a file that cannot be read. */
  constructor(options: TokenSourceOptions) {
    this.#options = options;
    const { tokens } = options;
    if (tokens === undefined) return;
    if ("file" in tokens) this.#load(tokens.file);
    else this.#credentials = new Credentials(tokens.entries, "tokens");
  }

  /** True if callers need a credential. */
  get isRequired(): boolean {
    return this.#credentials !== undefined;
  }

  /** Begins to watch the file, if there is one. */
  start(): void {
    const { tokens, clock, onChange, onError } = this.#options;
    if (tokens === undefined || !("file" in tokens)) return;
    const { file } = tokens;
    const read = (): void => {
      if (this.#load(file)) onChange();
    };
    this.#watch = new FileWatch({ files: [file], clock, read, onError });
  }

  /** What the caller's credential grants. Throws UNAUTHENTICATED. */
  authenticate(caller: Caller): Grant {
    return this.#credentials === undefined ? OPEN_GRANT : this.#credentials.authenticate(caller);
  }

  /** What the credential behind a grant grants now; undefined: it was withdrawn. */
  current(grant: Grant): Grant | undefined {
    return this.#credentials === undefined ? grant : this.#credentials.current(grant);
  }

  /** Watches no more. */
  close(): void {
    this.#watch?.close();
  }

  /** False: it is as it was. */
  #load(file: string): boolean {
    const text = readText(file);
    if (text === this.#text) return false;
    this.#credentials = new Credentials(parse(text, file), file);
    this.#text = text;
    return true;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw unreadable(file, describeThrown(thrown));
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the file.
    throw unreadable(file, "it is no JSON");
  }
}

function unreadable(file: string, why: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `The token file ${file} cannot be read: ${why}`, { field: "tokens" });
}
