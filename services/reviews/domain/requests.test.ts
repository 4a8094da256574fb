import { describe, expect, test } from "bun:test";
import { handleOf } from "./handle.ts";
import { readListRequest } from "./list-request.ts";
import { readComment, readNewReview, readReviewChange } from "./review-request.ts";
import { readSubject, subjectText } from "./subject.ts";

const uuid = "019A9F4E-0000-7000-8000-000000000001";

describe("a subject", () => {
  test("is a dish by its sku or an event by its id", () => {
    expect(readSubject(" item: burger ")).toEqual({ kind: "item", id: "burger" });
    expect(readSubject("item:a:b c")).toEqual({ kind: "item", id: "a:b c" });
    expect(subjectText(readSubject(`event:${uuid}`))).toBe(`event:${uuid.toLowerCase()}`);
  });

  test.each([
    [undefined, "subject is required"],
    ["  ", "subject is required"],
    [7, "subject must be a string"],
    ["burger", "subject must be item:<sku> or event:<id>"],
    ["item:", "subject must be item:<sku> or event:<id>"],
    [`item:${"x".repeat(65)}`, "subject must be item:<sku> or event:<id>"],
    ["item:a\0b", "subject must be item:<sku> or event:<id>"],
    ["event:7", "subject must be item:<sku> or event:<id>"],
  ])("is refused when it is %p", (subject, text) => {
    expect(() => readSubject(subject)).toThrow(text);
  });
});

describe("a new review", () => {
  const wish = { subject: "item:burger", rating: 5, text: " Very good. " };

  test("has stars and may have words, which are trimmed", () => {
    expect(readNewReview(wish)).toMatchObject({ rating: 5, text: "Very good." });
    expect(readNewReview({ ...wish, text: null }).text).toBe("");
    expect(readNewReview({ ...wish, text: "\u{1f355}".repeat(2_000) }).text.length).toBe(4_000);
  });

  test.each([
    [null, "invalid json"],
    [{ ...wish, subject: null }, "subject is required"],
    [{ ...wish, rating: undefined }, "rating is required"],
    [{ ...wish, rating: 0 }, "rating must be 1 to 5"],
    [{ ...wish, rating: 6 }, "rating must be 1 to 5"],
    [{ ...wish, rating: 4.5 }, "rating must be 1 to 5"],
    [{ ...wish, rating: "5" }, "rating must be 1 to 5"],
    [{ ...wish, text: 5 }, "text must be a string"],
    [{ ...wish, text: "x".repeat(2_001) }, "text is too long"],
    [{ ...wish, text: "a\0b" }, "text must not contain NUL"],
    [{ ...wish, author: "ada" }, "unknown field author"],
  ])("is refused when it is %p", (body, text) => {
    expect(() => readNewReview(body)).toThrow(text);
  });
});

describe("what else is asked", () => {
  test("is read by the same rules", () => {
    expect(readReviewChange({ rating: 3 })).toEqual({ rating: 3, text: undefined });
    expect(() => readReviewChange({})).toThrow("rating or text is required");
    expect(() => readComment({ text: " " })).toThrow("text is required");
    expect(() => readComment({ text: "x".repeat(1_001) })).toThrow("text is too long");
    expect(readListRequest({ subject: "item:burger" })).toMatchObject({ sort: "new", limit: 20 });
    expect(() => readListRequest({ subject: "item:a", sort: "old" })).toThrow("sort must be new");
    expect(() => readListRequest({ subject: "item:a", limit: "0" })).toThrow("limit must be 1");
  });
});

describe("a handle", () => {
  test("is the same for one author, and nobody's once they left", () => {
    const author = "00ff10a0b0c0d0e0".padEnd(64, "7");

    expect(handleOf(author)).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [2-9A-HJ-NP-Z]{5}$/);
    expect(handleOf(author)).toBe(handleOf(author));
    expect(handleOf(null)).toBe("former customer");
  });
});
