import {
  BookingCancelledSchema,
  EventBookedSchema,
  TicketUsedSchema,
} from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { MessageIds } from "@app/platform/messaging/message-ids.ts";
import {
  BOOKED_VERSION,
  type Booking,
  CANCELLED_VERSION,
  USED_VERSION,
} from "../domain/booking.ts";

/** What a message says of its booking: nothing of it ever changes. */
export type BookedSeats = Pick<Booking, "id" | "eventId" | "eventName" | "userId" | "seats">;

/** When something happens, and where its message's id comes from. */
export interface Stating {
  readonly time: Date;
  readonly ids: MessageIds;
}

/** Says that seats are taken. A booking announces all of its life under the one key `booking/<id>`. */
export function bookedMessage(booking: BookedSeats, { time, ids }: Stating): OutgoingMessage {
  const draft = { ...envelopeOf(booking, time), version: BOOKED_VERSION };
  return composeMessage({ ...draft, schema: EventBookedSchema, body: bodyOf(booking, "") }, ids);
}

/** Says that they are free again. */
export function cancelledMessage(
  booking: BookedSeats,
  reason: string,
  { time, ids }: Stating,
): OutgoingMessage {
  const draft = { ...envelopeOf(booking, time), version: CANCELLED_VERSION };
  const body = bodyOf(booking, reason);
  return composeMessage({ ...draft, schema: BookingCancelledSchema, body }, ids);
}

/** Says that a ticket has let somebody in. */
export function usedMessage(booking: BookedSeats, { time, ids }: Stating): OutgoingMessage {
  const draft = { ...envelopeOf(booking, time), version: USED_VERSION };
  return composeMessage({ ...draft, schema: TicketUsedSchema, body: bodyOf(booking, "") }, ids);
}

const envelopeOf = ({ id }: BookedSeats, time: Date) => ({ aggregate: "booking", id, time });

const bodyOf = ({ id, eventId, eventName, userId, seats }: BookedSeats, reason: string) => ({
  bookingId: id,
  bookedEventId: eventId,
  eventName,
  userId,
  seats,
  reason,
});
