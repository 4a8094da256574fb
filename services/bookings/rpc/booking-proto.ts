import {
  BookingSchema,
  HoldSchema,
  type Booking as ProtoBooking,
  type Hold as ProtoHold,
  HoldState as ProtoHoldState,
  BookingStatus as ProtoStatus,
} from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Booking, BookingStatus, Hold, HoldState } from "../domain/booking.ts";

const statuses: Readonly<Record<BookingStatus, ProtoStatus>> = {
  CONFIRMED: ProtoStatus.CONFIRMED,
  CANCELLED: ProtoStatus.CANCELLED,
  USED: ProtoStatus.USED,
};

const holdStates: Readonly<Record<HoldState, ProtoHoldState>> = {
  OPEN: ProtoHoldState.OPEN,
  CONFIRMED: ProtoHoldState.CONFIRMED,
  RELEASED: ProtoHoldState.RELEASED,
  EXPIRED: ProtoHoldState.EXPIRED,
};

/** A booking as the contract has it. */
export function toProto(booking: Booking): ProtoBooking {
  const { id, eventId, eventName, userId, seats, status, createdAt } = booking;
  return create(BookingSchema, {
    id,
    eventId,
    eventName,
    userId,
    seats,
    status: statuses[status],
    createdAt: timestampFromDate(createdAt),
    ...(status === "USED" ? { usedAt: timestampFromDate(booking.usedAt) } : {}),
    ...(status === "CANCELLED"
      ? { reason: booking.reason, cancelledAt: timestampFromDate(booking.cancelledAt) }
      : {}),
  });
}

export function holdToProto(hold: Hold): ProtoHold {
  const { id, eventId, userId, seats, state, createdAt, expiresAt, bookingId = "" } = hold;
  return create(HoldSchema, {
    id,
    eventId,
    userId,
    seats,
    state: holdStates[state],
    createdAt: timestampFromDate(createdAt),
    expiresAt: timestampFromDate(expiresAt),
    bookingId,
  });
}
