import { ConsolePage } from "./console-page.tsx";
import { GoTo } from "./go-to.tsx";

export function NotFoundPage() {
  return (
    <ConsolePage title="There is no such page">
      <p className="muted">The address may be mistyped, or from another version.</p>
      <p>
        <GoTo className="btn" to="/console">
          Go to the overview
        </GoTo>
      </p>
    </ConsolePage>
  );
}
