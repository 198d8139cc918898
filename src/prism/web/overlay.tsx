import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** What lies over the page. */
export interface OverlayProps {
  readonly label: string;
  /** Stands near the top, for what grows while one types. */
  readonly isHigh?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A dialog: the focus stays in it while it is open, and comes back when it is closed, by Escape too. */
export function Overlay({ label, isHigh = false, onClose, children }: OverlayProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // At once: what is typed next belongs here.
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`overlay${isHigh ? " is-high" : ""}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
