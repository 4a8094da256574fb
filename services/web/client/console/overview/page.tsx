import { ConsolePage } from "../console-page.tsx";

export function OverviewPage() {
  return (
    <ConsolePage title="Overview">
      <p className="muted">What waits, what failed and what is wrong, at one glance.</p>
    </ConsolePage>
  );
}
