import { useSession } from "../../lib/session.tsx";
import { type BookingsCalls, bookingsCalls, guestBookingsCalls } from "./calls.ts";

/** The calls of whoever the page shows bookings and holds to. */
export function useBookingsCalls(): BookingsCalls {
  return useSession().state === "former-guest" ? guestBookingsCalls : bookingsCalls;
}
