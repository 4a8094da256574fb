import { describe, expect, test } from "bun:test";
import { BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { wordsOf } from "./booking-state.ts";

const booking = { status: BookingStatus.CONFIRMED, reason: "" } as const;
const when = { isOver: false, time: () => "17:52" };

describe("a booking in words", () => {
  test.each([
    ["Booked", booking, when],
    ["Over, not used", booking, { ...when, isOver: true }],
    [
      "Checked in 17:52",
      { ...booking, status: BookingStatus.USED, usedAt: timestampFromDate(new Date()) },
      when,
    ],
    [
      "Cancelled by you",
      { status: BookingStatus.CANCELLED, reason: "cancelled by customer" },
      when,
    ],
    [
      "Cancelled by the organiser",
      { status: BookingStatus.CANCELLED, reason: "event is cancelled" },
      { ...when, isOver: true },
    ],
    ["Cancelled: a flood", { status: BookingStatus.CANCELLED, reason: "a flood" }, when],
  ] as const)("says %s", (text, of, at) => {
    expect(wordsOf(of, at).text).toBe(text);
  });
});
