import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { clientOf } from "../../lib/transport.ts";

export const bookingsCalls = clientOf(BookingsService);
export const eventsCalls = clientOf(EventsService);
