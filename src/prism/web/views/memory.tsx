import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { countOf, type MemoryLens, type MemoryRow } from "../../model/index.js";
import { MemoryDetails } from "./memory-details.js";
import { MemoryLine } from "./memory-line.js";
import { useVirtualRows } from "../rows/virtual-rows.js";

/** What the lens on memory shows, and what it tells. */
export interface MemoryViewProps {
  readonly lens: MemoryLens;
  /** Grows when the lens has changed. */
  readonly version: number;
  /** The id of the Signal that is selected: a request to memory, or one of its answers. */
  readonly selected: string | undefined;
  readonly onSelect: (signalId: string) => void;
  /** The id of the trace alone whose exchanges are shown. Default: all. */
  readonly traceId?: string;
}

const rowHeight = 40;

/** Which exchanges are shown. */
type Choice = "all" | "recall" | "imprint" | "trouble";

const choices: readonly { readonly choice: Choice; readonly label: string }[] = [
  { choice: "all", label: "All" },
  { choice: "recall", label: "Recalls" },
  { choice: "imprint", label: "Imprints" },
  { choice: "trouble", label: "Missing, refused, conflicts" },
];

/** Each question to memory and each change of it: who was asked, who answered, what was found, which versions. */
export function MemoryView({ lens, version, selected, onSelect, traceId }: MemoryViewProps) {
  const [choice, setChoice] = useState<Choice>("all");
  const rows = rowsOf(lens, choice, traceId);
  const at = rows.findIndex((row) => holds(row, selected));
  const row = rows[at];
  const { ref, items, height, show } = useVirtualRows<HTMLDivElement>(rows.length, rowHeight);
  useEffect(() => {
    if (at >= 0) show(at);
    // Only when another one is selected: new rows must not move the list under the reader.
  }, [selected]);
  useAnchor(ref, rows);
  const move = (event: KeyboardEvent): void => {
    const next = nextOf(event.key, at, rows.length);
    const target = next === undefined ? undefined : rows[next];
    if (next === undefined || target === undefined) return;
    event.preventDefault();
    show(next);
    onSelect(target.id);
  };
  return (
    <div class="memory" data-version={version}>
      <section class="memory-list" aria-label="Exchanges with memory">
        <div class="memory-head">
          <Choices choice={choice} onChoose={setChoice} />
          <p>{countOf(rows.length, "exchange")}</p>
        </div>
        <Names />
        <div
          class="memory-rows"
          ref={ref}
          role={rows.length === 0 ? "region" : "listbox"}
          tabIndex={0}
          aria-label="Recalls and imprints, the newest first"
          aria-activedescendant={row === undefined ? undefined : `memory-${row.id}`}
          onKeyDown={move}
        >
          {rows.length === 0 ? <p class="memory-empty">{emptyText(choice)}</p> : null}
          <div class="memory-space" role="presentation" style={{ height: `${height}px` }}>
            {items.map(({ index, start, key }) => {
              const one = rows[index];
              return one === undefined ? null : (
                <div
                  key={String(key)}
                  id={`memory-${one.id}`}
                  role="option"
                  aria-selected={one === row}
                  aria-posinset={index + 1}
                  aria-setsize={rows.length}
                  class={`memory-line${one === row ? " is-selected" : ""}`}
                  style={{ transform: `translateY(${start}px)`, height: `${rowHeight}px` }}
                  onClick={() => onSelect(one.id)}
                >
                  <MemoryLine row={one} />
                </div>
              );
            })}
          </div>
        </div>
      </section>
      <MemoryDetails row={row} lens={lens} onSelect={onSelect} />
    </div>
  );
}

interface ChoicesProps {
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
}

function Choices({ choice, onChoose }: ChoicesProps) {
  return (
    <fieldset class="memory-choices">
      <legend>Show</legend>
      {choices.map(({ choice: one, label }) => (
        <label key={one}>
          <input type="radio" name="memory" checked={one === choice} onChange={() => onChoose(one)} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The names of the columns; every row says in its label what it holds. */
function Names() {
  return (
    <div class="memory-line memory-names" aria-hidden="true">
      <span>What</span>
      <span>Query or key</span>
      <span>Asked by</span>
      <span>Who answered</span>
      <span>Result</span>
      <span class="is-number">Took</span>
    </div>
  );
}

/** Keeps what the reader looks at where it is when newer rows come above it; at the top, the newest ones are shown. */
function useAnchor(ref: { readonly current: HTMLElement | null }, rows: readonly MemoryRow[]): void {
  const first = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const added = rows.findIndex(({ id }) => id === first.current);
    first.current = rows[0]?.id;
    const list = ref.current;
    if (list !== null && added > 0 && list.scrollTop > 0) list.scrollTop += added * rowHeight;
  });
}

function rowsOf(lens: MemoryLens, choice: Choice, traceId: string | undefined): readonly MemoryRow[] {
  const rows: MemoryRow[] = [];
  for (let index = lens.length - 1; index >= 0; index -= 1) {
    const row = lens.at(index);
    if (row === undefined || (traceId !== undefined && row.traceId !== traceId)) continue;
    if (choice === "all" || row.kind === choice || (choice === "trouble" && hasTrouble(row))) rows.push(row);
  }
  return rows;
}

function hasTrouble(row: MemoryRow): boolean {
  return row.missing.length > 0 || row.unanswered > 0 || row.answers.some(({ failure }) => failure !== "");
}

function holds({ id, answers }: MemoryRow, selected: string | undefined): boolean {
  return id === selected || answers.some(({ signal }) => signal.id === selected);
}

function nextOf(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowDown" || key === "j") return Math.min(count - 1, at + 1);
  if (key === "ArrowUp" || key === "k") return Math.max(0, at - 1);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}

function emptyText(choice: Choice): string {
  return choice === "trouble"
    ? "Nothing is missing, and nothing was refused."
    : "Nobody has asked memory yet. RECALL and IMPRINT appear here with their answers.";
}
