import { createHash } from "node:crypto";
import type { OrderRequest } from "../domain/order-request.ts";

/**
 * What makes two requests the same under one Idempotency-Key: their parsed, trimmed fields. Both
 * forms of a one-line order are the same request.
 */
export function requestHash({ userId, note, lines }: OrderRequest): string {
  const fields = [userId, note, lines.map(({ sku, quantity }) => [sku, quantity])];
  return createHash("sha256").update(JSON.stringify(fields)).digest("base64url");
}
