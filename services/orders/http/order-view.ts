import { z } from "zod";
import { lastChangedAt, type Order } from "../domain/order.ts";

const money = z.number().int().min(0);
const instant = z.iso.datetime();

/** An order as its customer sees it. Fields that do not apply to its status are left out. */
export const OrderView = z.object({
  id: z.number().int().positive(),
  userId: z.string(),
  note: z.string(),
  status: z.enum(["PENDING", "CONFIRMED", "CANCELLED"]),
  /** The first line's. */
  sku: z.string(),
  quantity: z.number().int().positive(),
  items: z.array(
    z.object({
      sku: z.string(),
      quantity: z.number().int().positive(),
      priceCents: money.optional(),
    }),
  ),
  totalCents: money.optional(),
  reason: z.string().optional(),
  missing: z.array(z.string()).optional(),
  createdAt: instant,
  /** The same as `createdAt` until it changes. */
  updatedAt: instant,
});

export type OrderView = z.infer<typeof OrderView>;

export const OrderListView = z.object({
  orders: z.array(OrderView),
  /** Asks for the page after this one; null on the last page. */
  nextCursor: z.string().nullable(),
});

export const PlacedOrderView = z.object({ id: z.number().int().positive() });

export function viewOf(order: Order): OrderView {
  const { id, userId, note, status, lines, createdAt } = order;
  const [{ sku, quantity }] = lines;
  const pricing = status === "PENDING" ? undefined : order.pricing;
  return {
    id: Number(id),
    userId,
    note,
    status,
    sku,
    quantity,
    items: lines.map((line, index) => ({ ...line, ...priced(pricing?.pricesCents[index]) })),
    ...(pricing ? { totalCents: pricing.totalCents } : {}),
    ...(status === "CANCELLED" ? { reason: order.reason, missing: [...order.missing] } : {}),
    createdAt: createdAt.toISOString(),
    updatedAt: lastChangedAt(order).toISOString(),
  };
}

function priced(priceCents: number | undefined): { readonly priceCents?: number } {
  return priceCents === undefined ? {} : { priceCents };
}
