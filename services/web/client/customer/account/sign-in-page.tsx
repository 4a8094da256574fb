import { Page } from "../../kit/page.tsx";

/** Sign in. */
export function SignInPage() {
  return (
    <Page title="Sign in" brand="quickbite">
      <div className="wrap page">
        <h1 className="display h1">Sign in</h1>
      </div>
    </Page>
  );
}
