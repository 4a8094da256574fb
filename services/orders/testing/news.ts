import {
  InventoryRejectedSchema,
  InventoryReservedSchema,
} from "@app/contracts/gen/inventory/v1/inventory_messages_pb.ts";
import { create, type MessageInitShape } from "@bufbuild/protobuf";

/** What inventory says of an order of burgers. */
export const reserved = (
  orderId: bigint,
  body: MessageInitShape<typeof InventoryReservedSchema> = {
    items: [{ sku: "burger", quantity: 2, priceCents: 890n }],
    totalCents: 1_780n,
  },
) =>
  [
    "inventory.v1.inventory_reserved",
    create(InventoryReservedSchema, { ...body, orderId, reserved: true }),
  ] as const;

export const rejected = (orderId: bigint, missing: readonly string[] = ["burger"]) =>
  [
    "inventory.v1.inventory_rejected",
    create(InventoryRejectedSchema, {
      orderId,
      reason: "insufficient stock",
      missing: [...missing],
    }),
  ] as const;
