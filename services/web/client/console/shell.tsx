import { Outlet } from "@tanstack/react-router";
import { Announcer } from "../kit/announcer.tsx";
import { Toasts } from "../kit/toast.tsx";
import { useSession } from "../lib/session.tsx";
import { mayUseConsole } from "./acting.tsx";
import { ConsoleBar } from "./bar.tsx";
import { SignInPage } from "./gate.tsx";
import { KeysHelp, useKeys } from "./keys.tsx";
import { Rail } from "./rail.tsx";
import { useRefusedRole } from "./refused-role.ts";
import "./shell.css";

/** What stands around every page of the console; whoever may not see it is asked to sign in. */
export function ConsoleShell() {
  const session = useSession();
  if (!mayUseConsole(session.user)) return <SignInPage />;
  return <SignedIn />;
}

function SignedIn() {
  const { helpShown, closeHelp } = useKeys();
  useRefusedRole();
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="shell">
        <ConsoleBar />
        <Rail />
        <main className="cmain" id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <KeysHelp open={helpShown} onClose={closeHelp} />
      <Toasts />
      <Announcer />
    </>
  );
}
