import { type ReactNode, useRef } from "react";
import { Button } from "../../kit/button.tsx";
import { Scene, sceneOf } from "../../kit/drawings/scene.tsx";
import { Icon } from "../../kit/icon.tsx";
import { time } from "../../lib/format.ts";
import type { KeptTicket } from "./kept-tickets.ts";
import { dayCalled } from "./moments.ts";
import { QrCode } from "./qr-code.tsx";
import { seatsText } from "./seat-words.ts";
import { shortId } from "./short-id.ts";
import { useNow } from "./use-now.ts";
import "./ticket-card.css";

export interface TicketCardProps {
  /** Without its text, which may still be on its way, there is a place for the code. */
  readonly ticket: Omit<KeptTicket, "ticket"> & { readonly ticket: string | undefined };
  readonly level: "h1" | "h2";
  /** Badges and buttons below the ticket. */
  readonly children?: ReactNode;
}

/** A ticket as it is shown at the door. */
export function TicketCard({ ticket, level: Heading, children }: TicketCardProps) {
  const { bookingId, eventName, seats, startMs, hall, place, holder } = ticket;
  const stub = useRef<HTMLDivElement>(null);
  const now = useNow();
  return (
    <article className="ticket" aria-label={`${eventName}, ${seatsText(seats)}`}>
      <div className="ticket__c">
        <div className="stage ticket__m">
          <Scene name={sceneOf(eventName)} className="ticket__p" />
          <div className="ticket__t">
            <p className="sm ticket__when">{dayCalled(new Date(startMs), now)}</p>
            <Heading className="display h2">{eventName}</Heading>
            <p className="sm muted">{[hall, place].filter(Boolean).join(", ")}</p>
            <dl>
              <div>
                <dt>Starts</dt>
                <dd className="num">{time(startMs)}</dd>
              </div>
              <div>
                <dt>Seats</dt>
                <dd className="num">{seats}</dd>
              </div>
            </dl>
          </div>
        </div>
        <div className="ticket__s" ref={stub}>
          {ticket.ticket === undefined ? (
            <span className="qr qr--wait" />
          ) : (
            <QrCode text={ticket.ticket} label={`Code of the ticket for ${eventName}`} />
          )}
          <p className="ticket__no num">{shortId(bookingId)}</p>
          <p className="xs">{holder || "Guest"}</p>
        </div>
      </div>
      <div className="ticket__a">
        {children}
        {ticket.ticket !== undefined && <FullScreen of={stub} />}
      </div>
    </article>
  );
}

function FullScreen({ of }: { readonly of: { readonly current: HTMLElement | null } }) {
  if (!document.fullscreenEnabled) return null;
  const show = () =>
    of.current?.requestFullscreen().catch((error: unknown) => {
      // The code stands on the page as well.
      console.debug("the browser shows nothing on the whole screen", error);
    });
  return (
    <Button kind="quiet" onClick={show}>
      <Icon name="expand" />
      Full screen
    </Button>
  );
}
