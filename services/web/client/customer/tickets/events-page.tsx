import { Page } from "../../kit/page.tsx";

/** Events. */
export function EventsPage() {
  return (
    <Page title="Events" brand="myevents">
      <div className="wrap page">
        <h1 className="display h1">Events</h1>
      </div>
    </Page>
  );
}
