import { ConsolePage } from "../console-page.tsx";

export function StreamsPage() {
  return (
    <ConsolePage title="Streams">
      <p className="muted">What each stream holds, and how far its consumers are.</p>
    </ConsolePage>
  );
}
