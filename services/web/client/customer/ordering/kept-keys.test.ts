import { expect, test } from "bun:test";
import { dropKey, keptKey } from "./kept-keys.ts";

test("an order keeps its key until it is accepted, and the next one has another", () => {
  const first = keptKey("17 again");

  expect(keptKey("17 again")).toBe(first);
  expect(keptKey("18 again")).not.toBe(first);
  dropKey("17 again");
  expect(keptKey("17 again")).not.toBe(first);
});

test("orders that were never answered are forgotten after fifty others", () => {
  const forgotten = keptKey("forgotten");

  for (let n = 0; n < 50; n += 1) keptKey(`other ${n}`);

  expect(keptKey("other 49")).toBe(keptKey("other 49"));
  expect(keptKey("forgotten")).not.toBe(forgotten);
});
