import { expect, test } from "bun:test";
import { misdescribed } from "@app/platform/testing/described-body.ts";
import { readRegistration } from "../domain/registration.ts";
import {
  readCredentials,
  readDeletion,
  readRefreshToken,
  readUserChange,
} from "../domain/sign-in-requests.ts";
import { usersNotes } from "./call-notes.ts";

test("what is said of bodies is what is read", () => {
  const { calls } = usersNotes;

  expect(misdescribed(calls["POST /api/register"], readRegistration)).toEqual([]);
  expect(misdescribed(calls["POST /api/login"], readCredentials)).toEqual([]);
  expect(misdescribed(calls["POST /api/refresh"], readRefreshToken)).toEqual([]);
  expect(misdescribed(calls["POST /api/logout"], readRefreshToken)).toEqual([]);
  expect(misdescribed(calls["PATCH /api/me"], readUserChange)).toEqual([]);
  expect(misdescribed(calls["POST /api/me/delete"], readDeletion)).toEqual([]);
});
