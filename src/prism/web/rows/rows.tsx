import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useVirtualRows } from "./virtual-rows.js";

/** A list of rows of one height, of which those in sight are elements. */
export interface RowsProps {
  readonly label: string;
  readonly count: number;
  readonly height: number;
  /** The index of the selected row; -1: none is. */
  readonly selected: number;
  readonly onSelect: (index: number) => void;
  /** False for a row that is nothing to select: the keys pass over it. Default: each can be selected. */
  readonly canSelect?: (index: number) => boolean;
  /** What a row shows. */
  readonly row: (index: number) => ComponentChildren;
  /** What a screen reader says of a row. */
  readonly text: (index: number) => string;
  /** Keeps the last row in sight while none is selected and nobody has scrolled away from it. */
  readonly isFollowing?: boolean;
  /** What stands there if there are no rows. */
  readonly empty: string;
  readonly level?: (index: number) => number;
  readonly isExpanded?: (index: number) => boolean | undefined;
  /** Opens or closes a row that has others below it. */
  readonly onToggle?: (index: number) => void;
}

/** More than the rows that a window has in sight, most times. */
const poolMin = 64;

/** Rows to go through with the arrows, `j` and `k`. A tree if rows have levels. */
export function Rows({ label, count, height, selected, isFollowing = false, empty, ...rest }: RowsProps) {
  const { onSelect, canSelect = () => true, row, text, level, isExpanded, onToggle } = rest;
  const { ref, items, height: whole, show, showEnd } = useVirtualRows<HTMLDivElement>(count, height);
  const { isAtEnd, onScroll } = useEnd();
  useEffect(() => {
    if (selected >= 0) show(selected);
  }, [selected]);
  useEffect(() => {
    if (isFollowing && selected < 0 && count > 0 && isAtEnd.current) showEnd();
  }, [count, isFollowing]);
  // Elements go on to other rows as these come into sight: changing one costs less than making it.
  const pool = Math.max(poolMin, items.length);
  const isTree = level !== undefined;
  const name = useId();
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextOf(event.key, { selected, count, canSelect });
    if (next !== undefined && next !== selected) onSelect(next);
    const isOpen = isExpanded?.(selected);
    const wantsToggle =
      (isOpen === true && ["ArrowLeft", "["].includes(event.key)) ||
      (isOpen === false && ["ArrowRight", "]"].includes(event.key));
    if (wantsToggle) onToggle?.(selected);
    if (next !== undefined || wantsToggle) event.preventDefault();
  };
  return (
    <div
      class="rows"
      ref={ref}
      role={isTree ? "tree" : "listbox"}
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={selected >= 0 && selected < count ? `${name}-${selected}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
    >
      {count === 0 ? <p class="rows-empty">{empty}</p> : null}
      <div class="rows-space" role="presentation" style={{ height: `${whole}px` }}>
        {items.map(({ index, start }) => (
          <div
            key={index % pool}
            id={`${name}-${index}`}
            role={isTree ? "treeitem" : "option"}
            aria-selected={index === selected}
            aria-level={level === undefined ? undefined : level(index) + 1}
            aria-expanded={isExpanded?.(index)}
            aria-posinset={isTree ? undefined : index + 1}
            aria-setsize={isTree ? undefined : count}
            class={`row${index === selected ? " is-selected" : ""}`}
            style={{ transform: `translateY(${start}px)`, height: `${height}px` }}
            onClick={() => onSelect(index)}
            onDblClick={() => onToggle?.(index)}
          >
            <span class="unseen">{text(index)}</span>
            <span class="row-shown" aria-hidden="true">
              {row(index)}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Whether one looks at the end: scrolling up leaves it, reaching the end comes back, and growing does neither. */
function useEnd() {
  const isAtEnd = useRef(true);
  const last = useRef(0);
  const onScroll = ({ currentTarget }: { readonly currentTarget: HTMLElement }): void => {
    const { scrollTop, clientHeight, scrollHeight } = currentTarget;
    if (scrollTop + clientHeight >= scrollHeight - 2) isAtEnd.current = true;
    else if (scrollTop < last.current) isAtEnd.current = false;
    last.current = scrollTop;
  };
  return { isAtEnd, onScroll };
}

const pageRows = 20;

/** Where keys lead: how many rows on, from which one if none is selected, and which way when that one is passed over. */
const moves: Readonly<Record<string, { readonly by: number; readonly way: 1 | -1 }>> = {
  ArrowDown: { by: 1, way: 1 },
  j: { by: 1, way: 1 },
  ArrowUp: { by: -1, way: -1 },
  k: { by: -1, way: -1 },
  Home: { by: -Infinity, way: 1 },
  End: { by: Infinity, way: -1 },
  PageDown: { by: pageRows, way: 1 },
  PageUp: { by: -pageRows, way: -1 },
};

interface Position {
  readonly selected: number;
  readonly count: number;
  readonly canSelect: (index: number) => boolean;
}

function nextOf(key: string, { selected, count, canSelect }: Position): number | undefined {
  const move = moves[key];
  if (move === undefined || count === 0) return undefined;
  const wanted = Math.max(0, Math.min(count - 1, selected + move.by));
  for (const way of [move.way, -move.way]) {
    for (let index = wanted; index >= 0 && index < count; index += way) if (canSelect(index)) return index;
  }
  return undefined;
}
