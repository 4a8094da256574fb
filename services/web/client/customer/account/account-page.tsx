import { Page } from "../../kit/page.tsx";

/** Account. */
export function AccountPage() {
  return (
    <Page title="Account" brand="quickbite">
      <div className="wrap page">
        <h1 className="display h1">Account</h1>
      </div>
    </Page>
  );
}
