import type { ViewName } from "./state/address.js";
import type { Session } from "./state/session.js";

/** A key, and what it does: the help shows the same list. */
export interface KeyHelp {
  readonly keys: string;
  readonly does: string;
}

const goTo: Readonly<Record<string, ViewName>> = {
  g: "graph",
  l: "list",
  t: "traces",
  r: "tree",
  w: "waterfall",
  s: "sequence",
  m: "memory",
  x: "metrics",
};

/** Every key of the page. */
export const keyHelp: readonly KeyHelp[] = [
  { keys: "j k ↓ ↑", does: "next and previous row" },
  { keys: "[ ] ← →", does: "close and open a row" },
  { keys: "g then g l t r w s m x", does: "graph, list, traces, tree, waterfall, sequence, memory, metrics" },
  { keys: "/", does: "filter" },
  { keys: "e", does: "next error" },
  { keys: "space", does: "pause and go on; nothing is lost" },
  { keys: "d", does: "dark or light" },
  { keys: "Escape", does: "close, or select nothing" },
  { keys: "?", does: "this help" },
];

/** Listens to the keys that work everywhere, texts aside. */
export function startKeys(session: Session): void {
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, target } = event;
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
  const isControl = target instanceof HTMLButtonElement || target instanceof HTMLInputElement;
  if (key === " " && isControl) return false;
  if (key === " ") session.togglePause();
  else if (key === "?") session.overlay.value = session.overlay.value === "help" ? undefined : "help";
  else if (key === "/") document.getElementById("filter")?.focus();
  else if (key === "d") session.toggleTheme();
  else if (key === "e") nextError(session);
  else if (key === "j" || key === "k") return intoRows(key, target);
  else return false;
  return true;
}

/** Takes a key to the rows of the view, wherever the focus was. */
function intoRows(key: string, target: EventTarget | null): boolean {
  const rows = document.querySelector<HTMLElement>("#view .rows");
  if (rows === null || (target instanceof Element && target.closest(".rows") !== null)) return false;
  rows.focus();
  rows.dispatchEvent(new KeyboardEvent("keydown", { key }));
  return true;
}

function escape(session: Session): void {
  if (session.overlay.value !== undefined) session.overlay.value = undefined;
  else if (document.activeElement?.id === "filter") document.getElementById("view")?.focus();
  else session.select({ signal: "", participant: "" });
}

function nextError(session: Session): void {
  const { store } = session.seen;
  const row = store.signal(session.address.value.signal)?.row ?? -1;
  const next = store.failures.at(store.failures.indexWhere((record) => record.row > row)) ?? store.failures.at(0);
  if (next === undefined) return session.say("There is no error.");
  session.say(`Error ${next.failure} from ${next.source}`);
  return session.select({ signal: next.id, trace: next.traceId });
}
