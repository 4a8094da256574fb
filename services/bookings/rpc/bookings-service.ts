import type { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { idempotencyKey } from "@app/platform/idempotency-key.ts";
import { ownerFor, ownerSeenBy } from "@app/platform/owner.ts";
import { rpcRequest } from "@app/platform/rpc-context.ts";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { readCancelReason } from "../domain/cancel-request.ts";
import { seatsLeft } from "../domain/event.ts";
import { readListRequest } from "../domain/list-request.ts";
import { readId } from "../domain/request-checks.ts";
import { readSeatsRequest } from "../domain/seats-request.ts";
import { readTicket } from "../domain/ticket-request.ts";
import { bookSeats } from "../store/book-seats.ts";
import type { BookingsApi } from "../store/bookings-api.ts";
import { cancelBooking } from "../store/cancel-booking.ts";
import { confirmHold, releaseHold } from "../store/confirm-hold.ts";
import { findBooking } from "../store/find-booking.ts";
import { findEvent } from "../store/find-event.ts";
import { holdSeats } from "../store/hold-seats.ts";
import { listBookings } from "../store/list-bookings.ts";
import { lookAtHold } from "../store/look-at-hold.ts";
import type { Made } from "../store/once.ts";
import { ticketFor, useTicket } from "../store/use-ticket.ts";
import { holdToProto, toProto } from "./booking-proto.ts";

/** The contract's comments live in `bookings_service.proto`; this file only says how each call is met. */
export const bookingsService = (api: BookingsApi): ServiceImpl<typeof BookingsService> => ({
  async createBooking({ eventId, seats, userId }, context) {
    const id = readId(eventId);
    const wanted = readSeatsRequest({ seats, userId }, callerOf(context)?.subject);
    const booked = await bookSeats(api, id, wanted, onceOf(context));
    return { booking: toProto(answered(booked, context)) };
  },

  async createHold({ eventId, seats, userId }, context) {
    const id = readId(eventId);
    const wanted = readSeatsRequest({ seats, userId }, callerOf(context)?.subject);
    const held = await holdSeats(api, id, wanted, onceOf(context));
    return { hold: holdToProto(answered(held, context)) };
  },

  async getHold({ holdId }, context) {
    const { hold, now } = await lookAtHold(api.db, readId(holdId), seenBy(context));
    return { hold: holdToProto(hold), now: timestampFromDate(now) };
  },

  async confirmHold({ holdId }, context) {
    const options = { ...onceOf(context), ...ownedBy(context) };
    const booked = await confirmHold(api, readId(holdId), options);
    return { booking: toProto(answered(booked, context)) };
  },

  async releaseHold({ holdId }, context) {
    await releaseHold(api, readId(holdId), ownedBy(context));
    return {};
  },

  async getAvailability({ eventId }) {
    const { seats } = await findEvent(api.db, api.freshness, readId(eventId));
    return { ...seats, left: seatsLeft(seats) };
  },

  async getBooking({ bookingId }, context) {
    return { booking: toProto(await findBooking(api.db, readId(bookingId), seenBy(context))) };
  },

  async listBookings({ userId, eventId, cursor, limit }, context) {
    const wanted = readListRequest({
      userId,
      eventId,
      cursor,
      limit: limit === 0 ? undefined : String(limit),
    });
    const owner = seenBy(context).ownedBy;
    const page = await listBookings(api.db, { ...wanted, userId: owner ?? wanted.userId });
    return { bookings: page.bookings.map(toProto), nextCursor: page.nextCursor ?? "" };
  },

  async cancelBooking({ bookingId, reason }, context) {
    const id = readId(bookingId);
    const options = { reason: readCancelReason({ reason }), ...ownedBy(context) };
    return { booking: toProto(await cancelBooking(api, id, options)) };
  },

  async getTicket({ bookingId }, context) {
    const { ticket } = await ticketFor(api, readId(bookingId), ownedBy(context));
    return { ticket };
  },

  async verifyTicket({ ticket }) {
    return { booking: toProto(await useTicket(api, readTicket({ ticket }))) };
  },

  async listTicketKeys() {
    const keys = await api.tickets.publicKeys();
    return { keys: keys.map(({ kid, x }) => ({ kid, x })) };
  },
});

const callerOf = ({ values }: HandlerContext) => values.get(rpcRequest).caller;

const ownedBy = (context: HandlerContext) => ({ ownedBy: ownerFor(callerOf(context)) });

const seenBy = (context: HandlerContext) => ({ ownedBy: ownerSeenBy(callerOf(context)) });

const onceOf = ({ requestHeader }: HandlerContext) => ({
  idempotencyKey: idempotencyKey(requestHeader.get("idempotency-key")),
});

function answered<T>({ made, replayed }: Made<T>, { responseHeader }: HandlerContext): T {
  if (replayed) responseHeader.set("idempotency-replayed", "true");
  return made;
}
