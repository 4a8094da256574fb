import { ConsolePage } from "../console-page.tsx";

export function AuditPage() {
  return (
    <ConsolePage title="Audit">
      <p className="muted">Who changed what, when and why.</p>
    </ConsolePage>
  );
}
