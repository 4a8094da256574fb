import type { AccessTable } from "@app/platform/auth-rules.ts";

/**
 * Who may make each call of inventory. The menu and what is left of it are public, as everybody sees
 * them in the shop; on the gRPC port all calls are for services alone.
 */
export const inventoryAccess: AccessTable = {
  "GET /v1/items": "public",
  "GET /v1/items/:sku": "public",
  "POST /v1/items": "operator",
  "PUT /v1/items/:sku": "operator",
  "PATCH /v1/items/:sku": "operator",
  "DELETE /v1/items/:sku": "operator",
  "POST /v1/items/:sku/restock": "operator",
  "inventory.v1.InventoryService/ReserveStock": "service",
  "inventory.v1.InventoryService/ReleaseStock": "service",
  "inventory.v1.InventoryService/GetStock": "public",
  "inventory.v1.InventoryService/ListItems": "public",
  "inventory.v1.InventoryService/WatchStock": "public",
};
