import type { Stock } from "../domain/stock.ts";

/** What the law of conservation says is wrong by; 0 for every stock that may exist. */
export function stockDifference(stock: Stock): number {
  const { initial, restocked, available, reserved, consumed } = stock;
  return initial + restocked - (available + reserved + consumed);
}
