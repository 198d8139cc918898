import { unwatchFile, watch, watchFile, type FSWatcher } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CancelTimer, Clock } from "../../../foundation/index.js";

/** How long whoever writes has to complete what was begun, milliseconds: several files, or one in parts. */
const settleMs = 50;

/** How often a file is looked at where nothing tells of its changes, milliseconds: a link elsewhere, a network drive. */
const lookMs = 1_000;

/** What a file watch is made with. */
export interface FileWatchOptions {
  readonly files: readonly string[];
  readonly clock: Clock;
  /** Called after something may have changed, at most every 50 ms: the files, or others in their folders. */
  readonly onTouched: () => void;
}

/** Tells that files may have changed, until it is closed. It does not keep a process alive. */
export class FileWatch {
  readonly #options: FileWatchOptions;
  readonly #files: readonly string[];
  readonly #watchers: readonly FSWatcher[];
  #cancelSettling: CancelTimer | undefined;

  constructor(options: FileWatchOptions) {
    this.#options = options;
    this.#files = options.files.map((file) => resolve(file));
    // The folders, since whoever replaces a file moves a new one to its name.
    this.#watchers = [...new Set(this.#files.map((file) => dirname(file)))].flatMap((folder) => this.#watch(folder));
    for (const file of this.#files) watchFile(file, { interval: lookMs, persistent: false }, this.#touched);
  }

  /** Tells no more. */
  close(): void {
    this.#cancelSettling?.();
    for (const watcher of this.#watchers) watcher.close();
    for (const file of this.#files) unwatchFile(file, this.#touched);
  }

  readonly #touched = (): void => {
    this.#cancelSettling ??= this.#options.clock.schedule(settleMs, () => {
      this.#cancelSettling = undefined;
      this.#options.onTouched();
    });
  };

  #watch(folder: string): FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, this.#touched);
      // Whatever a machine cannot tell, looking finds.
      return [watcher.on("error", () => watcher.close())];
    } catch {
      return [];
    }
  }
}
