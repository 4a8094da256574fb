import { z } from "zod";

/** What qb reads of an order; the public API says more. */
export const OrderView = z.object({
  id: z.number().int(),
  userId: z.string(),
  note: z.string(),
  status: z.enum(["PENDING", "CONFIRMED", "CANCELLED"]),
  items: z.array(z.object({ sku: z.string(), quantity: z.number() })),
  totalCents: z.number().optional(),
  reason: z.string().optional(),
  missing: z.array(z.string()).optional(),
  createdAt: z.string(),
  updatedAt: z.string().optional(),
});

export type OrderView = z.infer<typeof OrderView>;

export const isDecided = ({ status }: OrderView) => status !== "PENDING";
