import { useSyncExternalStore } from "react";

/** Long enough for every reader to have taken it in; the next look at the page need not find it. */
const keptForMs = 5_000;
const linesMax = 5;

interface Line {
  readonly id: number;
  readonly text: string;
}

let lines: readonly Line[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/**
 * Says something to whoever listens to the page rather than looks at it: once, when they are free. It
 * is for what can be seen elsewhere on the page; conflicts and failures are alerts where they stand.
 */
export function announce(text: string): void {
  lastId += 1;
  const line = { id: lastId, text };
  show([...lines, line].slice(-linesMax));
  setTimeout(() => show(lines.filter((one) => one !== line)), keptForMs);
}

function show(next: readonly Line[]): void {
  lines = next;
  for (const listener of listeners) listener();
}

/** Where it is said: once, in the shell. Readers hear what changes in a region, not a region that comes. */
export function Announcer() {
  const said = useSyncExternalStore(subscribe, () => lines);
  return (
    <div className="vh" role="status" aria-atomic="false">
      {said.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
