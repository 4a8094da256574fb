import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { stockDifference } from "../testing/stock-difference.ts";
import {
  consuming,
  firstStock,
  moveStock,
  reserving,
  restock,
  returning,
  type Stock,
  takingBack,
} from "./stock.ts";

describe("moveStock", () => {
  test("takes pieces from one shelf and puts them on the other", () => {
    const stock = moveStock(firstStock(5), reserving, 3);

    expect(stock).toEqual({ initial: 5, restocked: 0, available: 2, reserved: 3, consumed: 0 });
    expect(moveStock(stock, consuming, 3)).toMatchObject({
      available: 2,
      reserved: 0,
      consumed: 3,
    });
  });

  test("never takes more than a shelf holds", () => {
    expect(() => moveStock(firstStock(2), reserving, 3)).toThrow(
      "3 pieces cannot leave available, which holds 2",
    );
  });

  test("neither loses nor invents a piece, whatever happens in whatever order", () => {
    const quantity = fc.integer({ min: 1, max: 1_000_000 });
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("move" as const),
        move: fc.constantFrom(reserving, consuming, returning, takingBack),
        quantity,
      }),
      fc.record({ kind: fc.constant("restock" as const), quantity }),
    );

    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(step, { maxLength: 60 }), (initial, steps) => {
        const stock = steps.reduce<Stock>((before, taken) => {
          if (taken.kind === "restock") return restock(before, taken.quantity);
          const { move, quantity } = taken;
          return before[move.from] < quantity ? before : moveStock(before, move, quantity);
        }, firstStock(initial));

        expect(stockDifference(stock)).toBe(0);
        expect(Math.min(...Object.values(stock))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
