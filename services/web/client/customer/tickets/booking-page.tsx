import { Page } from "../../kit/page.tsx";

/** Ticket. */
export function BookingPage() {
  return (
    <Page title="Ticket" brand="myevents">
      <div className="wrap page">
        <h1 className="display h1">Ticket</h1>
      </div>
    </Page>
  );
}
