import { expect, test } from "bun:test";
import { bytesText, rateText } from "./quantities.ts";

test("rates are as exact as they need to be", () => {
  expect([0, 0.4321, 9.87, 411.7].map(rateText)).toEqual(["0/s", "0.43/s", "9.9/s", "412/s"]);
});

test("sizes are in the unit that suits them", () => {
  expect([0, 1023, 1024, 96.2 * 1024 ** 2, 2 * 1024 ** 3].map(bytesText)).toEqual([
    "0 B",
    "1,023 B",
    "1 KB",
    "96.2 MB",
    "2 GB",
  ]);
});
