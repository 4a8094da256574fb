import { Page } from "../../kit/page.tsx";

/** Book seats. */
export function BookPage() {
  return (
    <Page title="Book seats" brand="myevents">
      <div className="wrap page">
        <h1 className="display h1">Book seats</h1>
      </div>
    </Page>
  );
}
