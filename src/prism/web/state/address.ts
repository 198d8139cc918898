/** The views of the page, in the order of their tabs. */
export const views = ["graph", "list", "traces", "tree", "waterfall", "sequence", "memory", "metrics"] as const;

/** One of the views. */
export type ViewName = (typeof views)[number];

/** What is selected: it stands in the address, so that a reload and a copied link show the same. */
export interface Selection {
  readonly view: ViewName;
  readonly filter: string;
  /** Empty: none. */
  readonly trace: string;
  /** The id of a Signal; empty: none. */
  readonly signal: string;
  /** The id of a participant; empty: none. */
  readonly participant: string;
  /** The id of the Signal that the selected one is compared with; empty: none. */
  readonly compared: string;
}

/** What the address says is selected. */
export function readAddress(): Selection {
  const words = new URLSearchParams(location.search);
  const view = views.find((one) => one === words.get("view")) ?? "graph";
  const text = (name: string): string => words.get(name) ?? "";
  return {
    view,
    filter: text("filter"),
    trace: text("trace"),
    signal: text("signal"),
    participant: text("participant"),
    compared: text("compared"),
  };
}

/** Writes into the address what is selected. */
export function writeAddress({ view, ...texts }: Selection): void {
  const words = new URLSearchParams({ view });
  for (const [name, text] of Object.entries(texts)) if (text !== "") words.set(name, text);
  history.replaceState(undefined, "", `${location.pathname}?${words.toString()}${location.hash}`);
}
