import { Page } from "../../kit/page.tsx";

/** Menu. */
export function MenuPage() {
  return (
    <Page title="Menu" brand="quickbite">
      <div className="wrap page">
        <h1 className="display h1">Menu</h1>
      </div>
    </Page>
  );
}
