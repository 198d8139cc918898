import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useVirtualRows } from "./virtual-rows.js";

/** A list of rows of one height, of which those in sight are elements. */
export interface RowsProps {
  readonly label: string;
  readonly count: number;
  readonly height: number;
  /** The index of the selected row; -1: none is. */
  readonly selected: number;
  readonly onSelect: (index: number) => void;
  /** What a row shows. */
  readonly row: (index: number) => ComponentChildren;
  /** What a screen reader says of a row. */
  readonly text: (index: number) => string;
  /** Keeps the last row in sight while none is selected. */
  readonly isFollowing?: boolean;
  /** What stands there if there are no rows. */
  readonly empty: string;
  readonly level?: (index: number) => number;
  readonly isExpanded?: (index: number) => boolean | undefined;
  /** Opens or closes a row that has others below it. */
  readonly onToggle?: (index: number) => void;
}

/** Rows to go through with the arrows, `j` and `k`. A tree if rows have levels. */
export function Rows({ label, count, height, selected, isFollowing = false, empty, ...rest }: RowsProps) {
  const { onSelect, row, text, level, isExpanded, onToggle } = rest;
  const { ref, items, height: whole, show } = useVirtualRows<HTMLDivElement>(count, height);
  useEffect(() => {
    if (selected >= 0) show(selected);
  }, [selected]);
  useEffect(() => {
    if (isFollowing && selected < 0 && count > 0) show(count - 1);
  }, [count, isFollowing]);
  const isTree = level !== undefined;
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextOf(event.key, { selected, count });
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
      aria-activedescendant={selected >= 0 && selected < count ? `row-${selected}` : undefined}
      onKeyDown={onKeyDown}
    >
      {count === 0 ? <p class="rows-empty">{empty}</p> : null}
      <div class="rows-space" role="presentation" style={{ height: `${whole}px` }}>
        {items.map(({ index, start }) => (
          <div
            key={index}
            id={`row-${index}`}
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

function nextOf(key: string, { selected, count }: { readonly selected: number; readonly count: number }) {
  if (count === 0) return undefined;
  if (key === "ArrowDown" || key === "j") return Math.min(count - 1, selected + 1);
  if (key === "ArrowUp" || key === "k") return Math.max(0, selected - 1);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "PageDown") return Math.min(count - 1, selected + 20);
  return key === "PageUp" ? Math.max(0, selected - 20) : undefined;
}
