import { useSession } from "../../lib/session.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { type HeldSeats, heldAt } from "./hold-steps.ts";
import { holdsOf } from "./hold-store.ts";

export interface HeldSeatsOf {
  readonly eventId: string;
  readonly eventName: string;
  readonly seats: HeldSeats;
}

/** All seats that are held and not confirmed, as this browser knows. */
export function useHeldSeats(): readonly HeldSeatsOf[] {
  const { userId } = useSession();
  const kept = useStored(holdsOf(userId()));
  return Object.entries(kept).flatMap(([eventId, { step, eventName }]) => {
    const seats = heldAt(step);
    return seats ? [{ eventId, eventName, seats }] : [];
  });
}
