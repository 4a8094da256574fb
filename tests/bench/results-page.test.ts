import { expect, test } from "bun:test";
import { roundedJson } from "./results-page.ts";

test("roundedJson keeps six digits of what is no whole number", () => {
  const json = roundedJson({ rate: 8_424.123456, count: 12_345_678, name: "1.23456789" });

  expect(JSON.parse(json)).toEqual({ rate: 8_424.12, count: 12_345_678, name: "1.23456789" });
});

test("roundedJson tells what went wrong", () => {
  expect(roundedJson({ error: new TypeError("away") })).toContain(`"error": "TypeError: away"`);
});
