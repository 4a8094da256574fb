import { describe, expect, test } from "bun:test";
import { problemNotes } from "@app/web/gateway/problem-notes.ts";
import { errorCodes } from "./error-codes.ts";
import { errorsPage } from "./errors-page.ts";
import { textOf } from "./repository.ts";

// All sources are read for it.
const codes = errorCodes();

describe("errors", () => {
  const said = Object.values(problemNotes).flatMap((notes) => Object.keys(notes));

  test("have a section each, and no section says what is never answered", () => {
    expect(said.toSorted()).toEqual([...codes.keys()].toSorted());
  });

  test("stand in docs/errors.md as their notes say it", () => {
    expect(textOf("docs/errors.md")).toBe(errorsPage(codes));
  });

  test("are found where they are made, with their status", () => {
    expect(codes.get("not_enough_seats")).toEqual([409]);
    expect(codes.get("service_away")).toEqual([503]);
    expect(codes.get("body_too_large")).toEqual([413]);
  });
});
