import type { Readable, Writable } from "node:stream";

/** Where a command reads and writes: a process's own streams, or a test's. */
export interface Terminal {
  readonly stdin: Readable;
  /** Data, and nothing else. */
  readonly stdout: Writable;
  /** Everything for people: banners, progress, failures. */
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True if a person sees stdout. */
  readonly isInteractive: boolean;
  /** The width of stdout in characters. Default: 120. */
  readonly columns?: number;
}
