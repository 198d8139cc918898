import { watch, type FSWatcher } from "node:fs";
import { dirname, resolve } from "node:path";
import { toCosmoError, type CosmoError } from "../../../errors/index.js";
import type { CancelTimer, Clock } from "../../../foundation/index.js";

/** How long whoever writes has to complete what was begun, milliseconds: several files, or one in parts. */
const settleMs = 50;

/** How often files are read where nothing tells of their changes, milliseconds: a link elsewhere, a network drive. */
const lookMs = 1_000;

/** What a file watch is made with. */
export interface FileWatchOptions {
  readonly files: readonly string[];
  readonly clock: Clock;
  /** Reads the files: at once, 50 ms after something was told of their folders, and each second. Throws what is wrong. */
  readonly read: () => void;
  /** Takes what `read` throws, once for as long as it is the same. */
  readonly onError: (error: CosmoError) => void;
}

/** Has files read again when they may have changed, until it is closed. It does not keep a process alive. */
export class FileWatch {
  readonly #options: FileWatchOptions;
  readonly #watchers: readonly FSWatcher[];
  #cancelSettling: CancelTimer | undefined;
  #cancelLooking: CancelTimer | undefined;
  #told = "";

  constructor(options: FileWatchOptions) {
    this.#options = options;
    // The folders, since whoever replaces a file moves a new one to its name.
    const folders = new Set(options.files.map((file) => dirname(resolve(file))));
    this.#watchers = [...folders].flatMap((folder) => this.#watch(folder));
    this.#look();
  }

  /** Reads no more. */
  close(): void {
    this.#cancelSettling?.();
    this.#cancelLooking?.();
    for (const watcher of this.#watchers) watcher.close();
  }

  #look(): void {
    this.#read();
    this.#cancelLooking = this.#options.clock.schedule(lookMs, () => this.#look());
  }

  #read(): void {
    try {
      this.#options.read();
      this.#told = "";
    } catch (thrown) {
      const error = toCosmoError(thrown, "INTERNAL");
      if (error.message === this.#told) return;
      this.#told = error.message;
      this.#options.onError(error);
    }
  }

  #touched(): void {
    this.#cancelSettling ??= this.#options.clock.schedule(settleMs, () => {
      this.#cancelSettling = undefined;
      this.#read();
    });
  }

  #watch(folder: string): FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#touched());
      // Whatever a machine cannot tell, looking finds.
      return [watcher.on("error", () => watcher.close())];
    } catch {
      return [];
    }
  }
}
