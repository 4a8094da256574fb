import type { Order, OrderLine, Pricing } from "../domain/order.ts";
import type { orders } from "./tables.ts";

export type OrderRow = typeof orders.$inferSelect;

/** The columns that a decision writes. A request's own fields never change. */
export type OrderChange = Pick<
  OrderRow,
  "status" | "reason" | "missing" | "pricesCents" | "totalCents" | "version" | "updatedAt"
>;

/** The columns of a new order. */
export function newRow(order: Order, deadlineSeconds: number | null): OrderRow {
  const { id, userId, note, lines, createdAt } = order;
  const [{ sku, quantity }] = lines;
  const several = lines.length > 1;
  return {
    id,
    userId,
    note,
    sku,
    quantity,
    lines: several ? lines : null,
    skus: several ? lines.map((line) => line.sku) : null,
    deadlineSeconds,
    createdAt,
    ...changeOf(order),
  };
}

export function changeOf(order: Order): OrderChange {
  const { status, version } = order;
  const pricing = status === "PENDING" ? undefined : order.pricing;
  return {
    status,
    version,
    reason: status === "CANCELLED" ? order.reason : null,
    missing: status === "CANCELLED" ? [...order.missing] : null,
    pricesCents: pricing ? [...pricing.pricesCents] : null,
    totalCents: pricing?.totalCents ?? null,
    updatedAt: status === "PENDING" ? null : order.updatedAt,
  };
}

/** The order of a row. Throws where the row breaks a rule that the schema holds. */
export function fromRow(row: OrderRow): Order {
  const { id, userId, note, createdAt, version, status } = row;
  const core = { id, userId, note, lines: linesOf(row), createdAt, version };
  if (status === "PENDING") return { ...core, status };

  const pricing = pricingOf(row);
  const updatedAt = known(row.updatedAt, row, "updated_at");
  if (status === "CANCELLED") {
    const reason = known(row.reason, row, "reason");
    return { ...core, status, reason, missing: row.missing ?? [], pricing, updatedAt };
  }
  return { ...core, status, pricing: known(pricing, row, "total_cents"), updatedAt };
}

function linesOf({ lines, sku, quantity }: OrderRow): readonly [OrderLine, ...OrderLine[]] {
  const [first, ...others] = lines ?? [];
  return first ? [first, ...others] : [{ sku, quantity }];
}

function pricingOf({ pricesCents, totalCents }: OrderRow): Pricing | undefined {
  return pricesCents === null || totalCents === null ? undefined : { pricesCents, totalCents };
}

function known<T>(value: T | null | undefined, { id }: OrderRow, column: string): T {
  if (value === null || value === undefined)
    throw new Error(`order ${id} is stored without ${column}`);
  return value;
}
