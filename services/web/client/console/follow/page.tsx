import { ConsolePage } from "../console-page.tsx";

export function FollowPage() {
  return (
    <ConsolePage title="Follow">
      <p className="muted">
        Find an order, a booking or a message by its id, and see each of its steps.
      </p>
    </ConsolePage>
  );
}
