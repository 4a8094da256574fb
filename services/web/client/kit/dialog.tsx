import { type ReactNode, useEffect, useId, useRef } from "react";

export interface DialogProps {
  readonly open: boolean;
  /** A question. */
  readonly title: ReactNode;
  /** What follows from each answer. */
  readonly children: ReactNode;
  /** The safe answer, then the dangerous one. */
  readonly foot: ReactNode;
  readonly onClose: () => void;
  /** While its work runs it does not close. */
  readonly busy?: boolean | undefined;
}

/** A question that holds everything else back. Escape and a press beside it close it. */
export function Dialog({ open, title, children, foot, onClose, busy = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the key for it, which `cancel` hears.
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget && !busy) onClose();
      }}
    >
      {open && (
        <>
          <div className="dialog__body">
            <h2 className="display h3" id={titleId}>
              {title}
            </h2>
            {children}
          </div>
          <div className="dialog__foot">{foot}</div>
        </>
      )}
    </dialog>
  );
}
