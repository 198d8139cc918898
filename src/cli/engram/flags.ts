import type { BusFlags } from "../core/bus-flags.js";

/** The flags of every command that asks Engrams. */
export interface AskFlags extends BusFlags {
  readonly engram?: string;
  readonly kind?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** The flags of every command that asks one Engram. */
export interface OneFlags extends BusFlags {
  readonly engram: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** The flags that say which entries. */
export interface QueryFlags {
  readonly text?: string;
  readonly textMatch?: "all" | "any";
  readonly id: readonly string[];
  readonly mergeKey?: string;
  readonly tag: readonly string[];
  readonly where?: string;
  readonly since?: string;
  readonly until?: string;
  readonly minScore?: number;
}

/** The flags of every command that hosts an Engram. */
export interface ServeFlags extends BusFlags {
  readonly engramId: string;
  readonly kind: string;
  readonly readyFile?: string;
}

/** The flags of what removes entries. */
export interface RemoveFlags extends QueryFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}
