import type { ViewName } from "./state/address.js";
import type { Session } from "./state/session.js";

/** A key, and what it does: the help shows the same list. */
export interface KeyHelp {
  readonly keys: string;
  readonly does: string;
}

/** The views by the letter that follows `g`. */
export const goTo: Readonly<Record<string, ViewName>> = {
  g: "graph",
  l: "list",
  t: "traces",
  r: "tree",
  w: "waterfall",
  s: "sequence",
  m: "memory",
  x: "metrics",
};

/** The views by the names of their tabs. */
export const viewNames: Readonly<Record<ViewName, string>> = {
  graph: "Graph",
  list: "Signals",
  traces: "Traces",
  tree: "Tree",
  waterfall: "Waterfall",
  sequence: "Sequence",
  memory: "Memory",
  metrics: "Metrics",
};

/** What a key does wherever one is, texts aside. */
interface Action {
  readonly key: string;
  /** What is written on the key. */
  readonly name: string;
  readonly does: string;
  readonly run: (session: Session) => void;
}

/** Every action that has a key of its own. */
export const actions: readonly Action[] = [
  { key: "/", name: "/", does: "filter", run: () => document.getElementById("filter")?.focus() },
  { key: "e", name: "e", does: "next error", run: nextError },
  { key: " ", name: "space", does: "pause and go on; nothing is lost", run: (session) => session.togglePause() },
  { key: "d", name: "d", does: "dark or light", run: (session) => session.toggleTheme() },
  { key: "?", name: "?", does: "this help", run: (session) => session.toggleOverlay("help") },
];

/** Every key of the page. */
export const keyHelp: readonly KeyHelp[] = [
  { keys: "j k ↓ ↑", does: "next and previous row" },
  { keys: "[ ] ← →", does: "close and open a row" },
  {
    keys: `g then ${Object.keys(goTo).join(" ")}`,
    does: Object.values(goTo)
      .map((view) => viewNames[view].toLowerCase())
      .join(", "),
  },
  { keys: "Ctrl K", does: "go to anything by its name" },
  ...actions.map(({ name, does }) => ({ keys: name, does })),
  { keys: "Escape", does: "close, or select nothing; once more: no trace" },
];

/** Listens to the keys that work everywhere, texts aside. */
export function startKeys(session: Session): void {
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "k" && (event.ctrlKey || event.metaKey)) {
      session.toggleOverlay("palette");
      event.preventDefault();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape") return escape(session);
    if (target instanceof HTMLInputElement && ["text", "search"].includes(target.type)) return;
    const view = isGoing ? goTo[key] : undefined;
    isGoing = key === "g" && !isGoing;
    if (view !== undefined) session.select({ view });
    else if (!isGoing && !act(session, key, target)) return;
    event.preventDefault();
  });
}

function act(session: Session, key: string, target: EventTarget | null): boolean {
  if (key === "j" || key === "k") return intoRows(key, target);
  const isControl = target instanceof HTMLButtonElement || target instanceof HTMLInputElement;
  const action = key === " " && isControl ? undefined : actions.find((one) => one.key === key);
  action?.run(session);
  return action !== undefined;
}

/** Takes a key to the rows of the view, wherever the focus was. */
function intoRows(key: string, target: EventTarget | null): boolean {
  const rows = document.querySelector<HTMLElement>("#view :is([role=listbox], [role=tree])");
  if (rows === null || (target instanceof Element && target.closest("[role=listbox], [role=tree]") !== null))
    return false;
  rows.focus();
  rows.dispatchEvent(new KeyboardEvent("keydown", { key }));
  return true;
}

function escape(session: Session): void {
  if (session.overlay.value !== undefined) session.closeOverlay();
  else if (document.activeElement?.id === "filter") document.getElementById("view")?.focus();
  else {
    const { signal, participant } = session.address.value;
    session.select(signal + participant === "" ? { trace: "" } : { signal: "", participant: "" });
  }
}

function nextError(session: Session): void {
  const { store } = session.seen;
  const row = store.signal(session.address.value.signal)?.row ?? -1;
  const next = store.failures.at(store.failures.indexWhere((record) => record.row > row)) ?? store.failures.at(0);
  if (next === undefined) return session.say("There is no error.");
  session.say(`Error ${next.failure} from ${next.source}`);
  return session.select({ signal: next.id, trace: next.traceId });
}
