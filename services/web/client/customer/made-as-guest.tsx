import { Notice } from "../kit/notice.tsx";
import { useSession } from "../lib/session.tsx";

/** Says of what is shown to the guest of before that it does not belong to the account. */
export function MadeAsGuest({ what }: { readonly what: "order" | "booking" }) {
  const { state } = useSession();
  if (state !== "former-guest") return null;
  return (
    <Notice icon="user" title="Made as a guest in this browser">
      <p>
        You were not signed in yet, so this {what} is not in your account: it is known to this
        browser alone.
      </p>
    </Notice>
  );
}
