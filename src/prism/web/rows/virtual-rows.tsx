import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from "@tanstack/virtual-core";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows of which only those in sight are elements. */
export interface VirtualRows<Part extends HTMLElement> {
  /** For the element that scrolls. */
  readonly ref: { readonly current: Part | null };
  readonly items: readonly VirtualItem[];
  /** The height of all rows, pixels. */
  readonly height: number;
  /** Brings a row into sight. */
  readonly show: (index: number) => void;
  /** Brings the last row into sight, without asking the browser where that is: it would lay the page out for that. */
  readonly showEnd: () => void;
}

/** So many rows of one height, pixels, in an element that scrolls. */
export function useVirtualRows<Part extends HTMLElement>(count: number, rowHeight: number): VirtualRows<Part> {
  const ref = useRef<Part>(null);
  const [, setTurn] = useState(0);
  const virtualizer = useRef<Virtualizer<Part, HTMLElement> | undefined>(undefined);
  const options = {
    count,
    getScrollElement: () => ref.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => setTurn((turn) => turn + 1),
  };
  virtualizer.current ??= new Virtualizer<Part, HTMLElement>(options);
  const { current } = virtualizer;
  current.setOptions(options);
  useEffect(() => current._didMount(), [current]);
  useEffect(() => current._willUpdate());
  return {
    ref,
    items: current.getVirtualItems(),
    height: current.getTotalSize(),
    showEnd: () => {
      if (ref.current !== null) ref.current.scrollTop = rowHeight * count;
    },
    show: (index) => current.scrollToIndex(index, { align: "auto" }),
  };
}
