import { expect, test } from "bun:test";
import { misdescribed } from "@app/platform/testing/described-body.ts";
import {
  readComment,
  readNewReview,
  readReason,
  readReviewChange,
} from "../domain/review-request.ts";
import { reviewsNotes } from "./call-notes.ts";

test("what is said of bodies is what is read", () => {
  const { calls } = reviewsNotes;

  expect(misdescribed(calls["POST /reviews"], readNewReview)).toEqual([]);
  expect(misdescribed(calls["PATCH /reviews/:id"], readReviewChange)).toEqual([]);
  expect(misdescribed(calls["POST /reviews/:id/comments"], readComment)).toEqual([]);
  for (const call of ["POST /reviews/:id/report", "POST /ops/v1/reviews/:id/hide"])
    expect(misdescribed(calls[call], readReason)).toEqual([]);
});
