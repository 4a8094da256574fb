import { expect, test } from "bun:test";
import { describeError } from "./describe-error.ts";

test("tells an error with its causes", () => {
  const cause = new RangeError("out of stock");

  expect(describeError(new Error("not reserved", { cause }))).toBe(
    "Error: not reserved; caused by RangeError: out of stock",
  );
});

test("leaves out what a failed query was asked with, and goes on with its cause", () => {
  const cause = new Error("connect to postgres://orders:hunter2@db/orders failed");
  const failed = new Error("Failed query: insert into purchases\nparams: order/17,5f3a", { cause });

  const text = describeError(failed);

  expect(text).not.toContain("order/17");
  expect(text).not.toContain("5f3a");
  expect(text).not.toContain("hunter2");
  expect(text).toContain("caused by Error: connect to postgres://");
});
