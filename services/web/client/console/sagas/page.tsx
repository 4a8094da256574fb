import { ConsolePage } from "../console-page.tsx";

export function SagasPage() {
  return (
    <ConsolePage title="Sagas">
      <p className="muted">Orders and holds that are not decided yet, and what each waits for.</p>
    </ConsolePage>
  );
}
