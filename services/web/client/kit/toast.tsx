import { useEffect, useState, useSyncExternalStore } from "react";
import { Icon, type IconName } from "./icon.tsx";

export interface Toast {
  readonly text: string;
  readonly icon?: IconName | undefined;
  /** At most one. What needs a decision is no toast. */
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

const shownForMs = 6_000;
const toastsMax = 3;

interface Shown extends Toast {
  readonly id: number;
}

let shown: readonly Shown[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Says something in passing, at the bottom, for six seconds. The oldest of more than three goes. */
export function toast(told: Toast): void {
  lastId += 1;
  show([...shown, { ...told, id: lastId }].slice(-toastsMax));
}

function show(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => show(shown.filter((one) => one.id !== id));

/** Where toasts appear: once, in the shell. */
export function Toasts() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <div className="toasts" role="status" aria-atomic="false">
      {toasts.map((one) => (
        <ToastCard key={one.id} toast={one} />
      ))}
    </div>
  );
}

function ToastCard({ toast: { id, text, icon = "check", action } }: { readonly toast: Shown }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(id), shownForMs);
    return () => clearTimeout(timer);
  }, [held, id]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only lets it stay longer.
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={icon} />
      <span>{text}</span>
      {action !== undefined && (
        <button
          type="button"
          className="btn"
          onClick={() => {
            action.run();
            dismiss(id);
          }}
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        className="iconbtn toast__x"
        aria-label="Dismiss"
        onClick={() => dismiss(id)}
      >
        <Icon name="x" />
      </button>
    </div>
  );
}
