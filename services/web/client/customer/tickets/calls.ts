import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { clientOf, guestClientOf } from "../../lib/transport.ts";

export const bookingsCalls = clientOf(BookingsService);
export const guestBookingsCalls = guestClientOf(BookingsService);
export const eventsCalls = clientOf(EventsService);

export type BookingsCalls = typeof bookingsCalls;
