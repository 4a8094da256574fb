import { Page } from "../../kit/page.tsx";

/** Check-in. */
export function CheckInPage() {
  return (
    <Page title="Check-in" brand="myevents">
      <div className="wrap page">
        <h1 className="display h1">Check-in</h1>
      </div>
    </Page>
  );
}
