/** What a writer process opens and does. It travels as JSON in the first argument. */
export interface WriterOptions {
  /** Where the Engram is. */
  readonly store:
    | { readonly kind: "memory" }
    | { readonly kind: "sqlite"; readonly path: string }
    | { readonly kind: "postgres"; readonly dsn: string; readonly schema: string };
  /**
   * `storm`: random wishes, the history on stdout. `count`: adds to one number by compare-and-set. `append`: items to
   * one sequence, a third of the acknowledgements dropped. `upsert`: one imprint after another, each marked.
   */
  readonly job: "storm" | "count" | "append" | "upsert";
  /** Decides every choice, and with a number the name of each writer. */
  readonly seed: number;
  /** How many writers there are in the process. */
  readonly writers: number;
  /** How many wishes, additions or items each of them gets through. */
  readonly operations: number;
}

/** The namespace of every writer. */
export const stormNamespace = "storm";
