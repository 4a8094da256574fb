import { describe, expect, test } from "bun:test";
import { repeatReservation } from "./repeat-reservation.ts";
import { callersReservation, type HeldReservation } from "./reservation.ts";

const reserved: HeldReservation = {
  ...callersReservation("7"),
  state: "RESERVED",
  lines: [{ sku: "burger", quantity: 2, priceCents: 890 }],
  totalCents: 1780,
  version: 0,
};

describe("repeatReservation", () => {
  test("answers the same line with what is there", () => {
    expect(repeatReservation(reserved, { sku: "burger", quantity: 2 })).toBe(reserved);
  });

  test.each([
    ["another sku", { sku: "pizza", quantity: 2 }],
    ["another quantity", { sku: "burger", quantity: 3 }],
  ])("refuses %s", (_, line) => {
    expect(() => repeatReservation(reserved, line)).toThrow(
      expect.objectContaining({
        kind: "mismatch",
        message: "order_id has a reservation of another sku or quantity",
      }),
    );
  });

  test("does not take back what was released", () => {
    const released = { ...reserved, state: "RELEASED" } as const;

    expect(() => repeatReservation(released, { sku: "burger", quantity: 2 })).toThrow(
      expect.objectContaining({ kind: "conflict", message: "reservation was released" }),
    );
  });
});
