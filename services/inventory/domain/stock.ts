/**
 * The pieces of one sku, by what became of them.
 * Always: `initial + restocked = available + reserved + consumed`, and none is below 0.
 */
export interface Stock {
  readonly initial: number;
  readonly restocked: number;
  readonly available: number;
  readonly reserved: number;
  readonly consumed: number;
}

/** Where pieces can be; they only ever move between these, or enter by restocking. */
export type Shelf = "available" | "reserved" | "consumed";

export interface StockMove {
  readonly from: Shelf;
  readonly to: Shelf;
}

export const reserving: StockMove = { from: "available", to: "reserved" };
export const consuming: StockMove = { from: "reserved", to: "consumed" };
export const returning: StockMove = { from: "reserved", to: "available" };
/** A confirmed order was cancelled after all. */
export const takingBack: StockMove = { from: "consumed", to: "available" };

/** A new item's stock. */
export const firstStock = (initial: number): Stock => ({
  initial,
  restocked: 0,
  available: initial,
  reserved: 0,
  consumed: 0,
});

/** Throws when the shelf holds fewer pieces: whoever decided the move had to look before. */
export function moveStock(stock: Stock, { from, to }: StockMove, quantity: number): Stock {
  if (stock[from] < quantity)
    throw new RangeError(`${quantity} pieces cannot leave ${from}, which holds ${stock[from]}`);
  const taken = { ...stock, [from]: stock[from] - quantity };
  return { ...taken, [to]: taken[to] + quantity };
}

export function restock(stock: Stock, quantity: number): Stock {
  return {
    ...stock,
    restocked: stock.restocked + quantity,
    available: stock.available + quantity,
  };
}
