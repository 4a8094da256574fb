import { Page } from "../../kit/page.tsx";

/** Sign up. */
export function SignUpPage() {
  return (
    <Page title="Sign up" brand="quickbite">
      <div className="wrap page">
        <h1 className="display h1">Sign up</h1>
      </div>
    </Page>
  );
}
