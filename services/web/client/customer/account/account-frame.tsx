import type { ReactNode } from "react";
import { Page } from "../../kit/page.tsx";
import { isThisMachine } from "../../lib/this-machine.ts";
import { PathLink } from "../path-link.tsx";
import { Street } from "./street.tsx";
import { signInFrom } from "./way-back.ts";
import "./account.css";

export interface AccountFrameProps {
  readonly title: string;
  readonly heading: ReactNode;
  readonly current: "/sign-in" | "/sign-up";
  readonly back: string;
  readonly children: ReactNode;
}

/** Signing in and making an account: one form beside the house with two doors. */
export function AccountFrame({ title, heading, current, back, children }: AccountFrameProps) {
  const tab = (page: "/sign-in" | "/sign-up", label: string) => (
    <PathLink
      path={signInFrom(page, back)}
      aria-current={page === current ? "page" : undefined}
      replace
    >
      {label}
    </PathLink>
  );
  return (
    <Page title={title}>
      <div className="twodoors">
        <div className="twodoors__pane">
          <div className="twodoors__box">
            <h1 className="display hero-type">{heading}</h1>
            <p className="lead">One account orders dinner and books the night out after it.</p>
            <nav className="seg" aria-label="Sign in or create an account">
              {tab("/sign-in", "Sign in")}
              {tab("/sign-up", "Create account")}
            </nav>
            {children}
            {isThisMachine() && <DemoPeople />}
          </div>
        </div>
        <div className="twodoors__view">
          <Street />
        </div>
      </div>
    </Page>
  );
}

/** Whoever runs this at home needs no account of their own. */
function DemoPeople() {
  return (
    <details className="demopeople sm">
      <summary>Demo accounts</summary>
      <p>
        With the demo data of <code>bun run dev</code>; the password of all is <code>demo1234</code>
        .
      </p>
      <ul className="stack">
        <li>
          <code>customer@demo.test</code> orders and books
        </li>
        <li>
          <code>organiser@demo.test</code> publishes events
        </li>
        <li>
          <code>operator@demo.test</code> checks tickets and has the console
        </li>
        <li>
          <code>viewer@demo.test</code> looks at the console
        </li>
      </ul>
    </details>
  );
}
