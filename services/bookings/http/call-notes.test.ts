import { expect, test } from "bun:test";
import { misdescribed } from "@app/platform/testing/described-body.ts";
import { readCancelReason } from "../domain/cancel-request.ts";
import { readSeatsRequest } from "../domain/seats-request.ts";
import { readTicket } from "../domain/ticket-request.ts";
import { bookingsNotes } from "./call-notes.ts";

test("what is said of bodies is what is read", () => {
  const { calls } = bookingsNotes;

  expect(misdescribed(calls["POST /events/:id/bookings"], readSeatsRequest)).toEqual([]);
  expect(misdescribed(calls["POST /events/:id/holds"], readSeatsRequest)).toEqual([]);
  expect(misdescribed(calls["POST /bookings/:id/cancel"], readCancelReason)).toEqual([]);
  expect(misdescribed(calls["POST /tickets/verify"], readTicket)).toEqual([]);
});
