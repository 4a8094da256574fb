import { expect, test } from "bun:test";
import { misdescribed } from "@app/platform/testing/described-body.ts";
import { readEventChange, readEventRequest } from "../domain/event-request.ts";
import { readLocationRequest } from "../domain/location-request.ts";
import { eventsNotes } from "./call-notes.ts";

test("what is said of bodies is what is read", () => {
  const { calls } = eventsNotes;

  expect(misdescribed(calls["POST /events"], readEventRequest)).toEqual([]);
  expect(misdescribed(calls["PATCH /events/:id"], readEventChange)).toEqual([]);
  expect(misdescribed(calls["POST /locations"], readLocationRequest)).toEqual([]);
});
