import { ConsolePage } from "../console-page.tsx";

export function DeadLettersPage() {
  return (
    <ConsolePage title="Dead letters">
      <p className="muted">What could not be processed, why, and what to do about it.</p>
    </ConsolePage>
  );
}
