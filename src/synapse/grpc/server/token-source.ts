import { readFileSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { CosmoError, describeThrown, toCosmoError } from "../../../errors/index.js";
import { Credentials, type Caller, type CredentialEntry } from "./credentials.js";
import { OPEN_GRANT, type Grant } from "./grant.js";

/** Where a Synapse's credentials come from: a JSON file with a list of them, which is watched, or the list itself. */
export type Tokens = { readonly file: string } | { readonly entries: readonly CredentialEntry[] };

/** What a token source is made with. */
export interface TokenSourceOptions {
  /** Undefined: everyone may do everything. */
  readonly tokens: Tokens | undefined;
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
  #watcher: FSWatcher | undefined;

  /** Throws INVALID_ARGUMENT for credentials that are wrong, and a file that cannot be read. */
  constructor(options: TokenSourceOptions) {
    this.#options = options;
    const { tokens } = options;
    if (tokens === undefined) return;
    this.#credentials = "file" in tokens ? readFile(tokens.file) : new Credentials(tokens.entries, "tokens");
  }

  /** True if callers need a credential. */
  get isRequired(): boolean {
    return this.#credentials !== undefined;
  }

  /** Begins to watch the file, if there is one. */
  start(): void {
    const { tokens, onError } = this.#options;
    if (tokens === undefined || !("file" in tokens)) return;
    const file = resolve(tokens.file);
    // The folder, since whoever replaces a file moves a new one to its name.
    this.#watcher = watch(dirname(file), (_event, name) => {
      if (name === null || name === basename(file)) this.#reload(file);
    });
    this.#watcher.on("error", (error) => onError(toCosmoError(error, "INTERNAL")));
    this.#watcher.unref();
  }

  /** What the caller's credential grants. Throws UNAUTHENTICATED. */
  authenticate(caller: Caller): Grant {
    return this.#credentials?.authenticate(caller) ?? OPEN_GRANT;
  }

  /** True if a grant still stands as it did. */
  holds(grant: Grant): boolean {
    return this.#credentials?.holds(grant) ?? true;
  }

  /** Watches no more. */
  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #reload(file: string): void {
    try {
      this.#credentials = readFile(file);
    } catch (thrown) {
      this.#options.onError(toCosmoError(thrown, "INVALID_ARGUMENT"));
      return;
    }
    this.#options.onChange();
  }
}

function readFile(file: string): Credentials {
  let entries: unknown;
  try {
    entries = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    // What the parser says may quote the file.
    const why = thrown instanceof SyntaxError ? "it is no JSON" : describeThrown(thrown);
    throw new CosmoError("INVALID_ARGUMENT", `The token file ${file} cannot be read: ${why}`, { field: "tokens" });
  }
  return new Credentials(entries, file);
}
