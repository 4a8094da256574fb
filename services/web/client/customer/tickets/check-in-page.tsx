import { useLocation } from "@tanstack/react-router";
import { type FormEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { Badge } from "../../kit/badge.tsx";
import { Button, buttonClass } from "../../kit/button.tsx";
import { FieldFrame } from "../../kit/field.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Page } from "../../kit/page.tsx";
import { plural } from "../../lib/format.ts";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";
import { Camera, canReadCodes } from "./camera.tsx";
import { checkTicket, type DoorAnswer } from "./check-ticket.ts";
import { doorLog, letIn } from "./door-log.ts";
import { DoorResult } from "./door-result.tsx";
import { inTurn } from "./in-turn.ts";
import { useLateEntries } from "./use-late-entries.ts";
import { useTicketKeys } from "./use-ticket-keys.ts";
import "./check-in-page.css";

/** Where staff look at tickets: one guest after the other, by camera, scanner or keyboard. */
export function CheckInPage() {
  const { user } = useSession();
  return (
    <Page title="Check-in" brand="myevents">
      <div className="wrap checkin">
        <header>
          <h1 className="display h1">Check-in</h1>
          <p className="muted">One ticket after the other. The newest answer stands on top.</p>
        </header>
        {user?.roles.includes("operator") ? <Door /> : <StaffOnly signedIn={user !== undefined} />}
      </div>
    </Page>
  );
}

function StaffOnly({ signedIn }: { readonly signedIn: boolean }) {
  const { href } = useLocation();
  return (
    <Notice icon="lock" title="This page is for staff">
      <p>
        {signedIn
          ? "Your account may not let guests in. Sign in with one that has the role operator."
          : "Sign in with an account that has the role operator."}
      </p>
      <p className="notice__act">
        <PathLink className={buttonClass({ kind: "primary" })} path={signInFrom("/sign-in", href)}>
          Sign in
        </PathLink>
      </p>
    </Notice>
  );
}

interface Shown extends DoorAnswer {
  readonly nth: number;
  readonly ticket: string;
}

const SHOWN_MAX = 8;

function Door() {
  const keys = useTicketKeys();
  const { waiting, twice } = useLateEntries();
  const [text, setText] = useState("");
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const count = useRef(0);

  const check = useEffectEvent(async (ticket: string) => {
    const seenAtMs = (bookingId: string) => doorLog.get()[bookingId]?.atMs;
    const answer = await checkTicket(ticket, { keys, seenAtMs });
    if (answer.is === "welcome" && answer.bookingId)
      doorLog.set(letIn(doorLog.get(), answer.bookingId, { atMs: Date.now() }));
    count.current += 1;
    const next = { ...answer, nth: count.current, ticket };
    setShown((before) => [next, ...before].slice(0, SHOWN_MAX));
  });
  // A scanner does not wait for the answer about the last one.
  const line = useRef<(ticket: string) => boolean>(undefined);
  useEffect(() => {
    line.current = inTurn((ticket: string) => check(ticket), setBusy);
  }, []);
  const enterLater = ({ nth, bookingId, ticket }: Shown) => {
    if (bookingId === undefined) return;
    doorLog.set(letIn(doorLog.get(), bookingId, { atMs: Date.now(), unsent: ticket }));
    const entered = {
      is: "welcome",
      title: "Let in, to be told later",
      mayEnterLater: false,
    } as const;
    setShown((all) => all.map((one) => (one.nth === nth ? { ...one, ...entered } : one)));
    field.current?.focus();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ticket = text.trim();
    if (ticket !== "" && line.current?.(ticket)) setText("");
    field.current?.focus();
  };

  const [newest, ...earlier] = shown;
  return (
    <>
      <div role="status" className="checkin__now">
        {newest ? (
          <DoorResult key={newest.nth} answer={newest} enterLater={() => enterLater(newest)} />
        ) : (
          <p className="checkin__none muted">Show the first ticket.</p>
        )}
      </div>
      <form className="checkin__form" onSubmit={submit}>
        <FieldFrame
          label="Ticket"
          hint="Scanners type the code and press Enter by themselves. Enter checks it, and the field is ready for the next."
        >
          {(wired) => (
            <input
              {...wired}
              ref={field}
              className="input mono"
              // biome-ignore lint/a11y/noAutofocus: the field is what the page is for, and scanners type.
              autoFocus
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </FieldFrame>
        <Button kind="primary" size="lg" type="submit" busy={busy && text === ""}>
          {busy && text === "" ? "Checking ticket" : "Check ticket"}
        </Button>
      </form>
      {canReadCodes() && <Camera onCode={(code) => line.current?.(code)} />}
      <Late waiting={waiting} twice={twice} />
      <p className="sm muted">
        {keys.length > 0
          ? "This device can check signatures without a connection. That a ticket is used once is known to the service alone."
          : "This device does not have the keys yet: without a connection it can check nothing."}
      </p>
      {earlier.length > 0 && (
        <section aria-labelledby="before-h">
          <h2 className="display h3" id="before-h">
            Before
          </h2>
          <ol className="card rows checkin__before">
            {earlier.map((one) => (
              <li key={one.nth}>
                <span>
                  <b>{one.title}</b>
                  <span className="sm muted">{one.detail}</span>
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Late({ waiting, twice }: { readonly waiting: number; readonly twice: number }) {
  if (waiting === 0 && twice === 0) return null;
  return (
    <p className="row">
      {waiting > 0 && (
        <Badge tone="warn" icon="clock">
          {plural(waiting, { one: "guest", other: "guests" })} let in and not told yet
        </Badge>
      )}
      {twice > 0 && (
        <Badge tone="bad" icon="alert">
          {plural(twice, { one: "ticket", other: "tickets" })} had been used elsewhere
        </Badge>
      )}
    </p>
  );
}
