import { useId } from "react";
import { Badge } from "../../kit/badge.tsx";
import { useSession } from "../../lib/session.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { ticketsOf } from "./kept-tickets.ts";
import { TicketCard } from "./ticket-card.tsx";

/** The tickets that this browser kept: what there is to show while nobody answers. */
export function SavedTickets() {
  const { userId } = useSession();
  const headingId = useId();
  const kept = Object.values(useStored(ticketsOf(userId())));
  if (kept.length === 0) return null;
  return (
    <section className="stack bookings__ahead" aria-labelledby={headingId}>
      <h2 className="display h2" id={headingId}>
        Saved on this device
      </h2>
      {kept
        .sort((a, b) => a.startMs - b.startMs)
        .map((ticket) => (
          <TicketCard key={ticket.bookingId} ticket={ticket} level="h2">
            <Badge icon="wifioff">Saved earlier</Badge>
          </TicketCard>
        ))}
    </section>
  );
}
