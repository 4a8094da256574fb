import { Page } from "../../kit/page.tsx";

/** My bookings. */
export function BookingsPage() {
  return (
    <Page title="My bookings" brand="myevents">
      <div className="wrap page">
        <h1 className="display h1">My bookings</h1>
      </div>
    </Page>
  );
}
