import { useCallback, useEffect, useRef, useState } from "react";
import { Dialog } from "../kit/dialog.tsx";
import { useGoTo } from "./go-to.tsx";
import { type KeyAction, keyStrokes, meaningOf, type Pressed } from "./key-strokes.ts";

/** The search box of the bar, which `/` leads to. */
export const searchBoxId = "console-search";

/** Rows that j and k go through, in the order in which they stand: `<li data-row>` or their link. */
const rowSelector = "[data-row]";

/** Hears the console's keys for as long as it is shown. Nothing typed into a field is one. */
export function useKeys(): { readonly helpShown: boolean; readonly closeHelp: () => void } {
  const [helpShown, setHelpShown] = useState(false);
  const before = useRef<Pressed | undefined>(undefined);
  const goTo = useGoTo();

  const act = useCallback(
    (action: KeyAction) => {
      switch (action.kind) {
        case "go":
          return goTo({ to: action.to });
        case "help":
          return setHelpShown(true);
        case "search":
          return document.getElementById(searchBoxId)?.focus();
        case "move":
          return moveFocus(action.by);
      }
    },
    [goTo],
  );

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const pressed = { key: event.key, atMs: event.timeStamp };
      const meaning = meaningOf(pressed, before.current);
      before.current = meaning === "begun" ? pressed : undefined;
      if (meaning === undefined || meaning === "begun") return;
      event.preventDefault();
      act(meaning);
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [act]);

  return { helpShown, closeHelp: useCallback(() => setHelpShown(false), []) };
}

export function KeysHelp({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Keys"
      foot={
        <button className="btn" type="button" onClick={onClose}>
          Close
        </button>
      }
    >
      <dl className="kvs">
        {keyStrokes.map(({ keys, does }) => (
          <div className="keyline" key={keys.join(" ")}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function moveFocus(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(rowSelector)];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by];
  const target = next?.matches("a, button") ? next : next?.querySelector<HTMLElement>("a, button");
  target?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select");
}
