import {
  OrderSchema,
  type Order as ProtoOrder,
  OrderStatus as ProtoStatus,
} from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { lastChangedAt, type Order, type OrderStatus } from "../domain/order.ts";

const statuses: Readonly<Record<OrderStatus, ProtoStatus>> = {
  PENDING: ProtoStatus.PENDING,
  CONFIRMED: ProtoStatus.CONFIRMED,
  CANCELLED: ProtoStatus.CANCELLED,
};

/** An order as the contract has it. */
export function toProto(order: Order): ProtoOrder {
  const { id, userId, note, status, lines, version, createdAt } = order;
  const [{ sku, quantity }] = lines;
  const pricing = status === "PENDING" ? undefined : order.pricing;
  return create(OrderSchema, {
    id,
    userId,
    note,
    status: statuses[status],
    sku,
    quantity,
    items: lines.map((line, index) => ({ ...line, ...priced(pricing?.pricesCents[index]) })),
    ...(status === "CANCELLED" ? { reason: order.reason, missing: [...order.missing] } : {}),
    ...(pricing ? { totalCents: BigInt(pricing.totalCents) } : {}),
    version: BigInt(version),
    createdAt: timestampFromDate(createdAt),
    updatedAt: timestampFromDate(lastChangedAt(order)),
  });
}

/** The status of a filter, as REST writes it; UNSPECIFIED is none. */
export function statusText(status: ProtoStatus): OrderStatus | undefined {
  return (["PENDING", "CONFIRMED", "CANCELLED"] as const).find((text) => statuses[text] === status);
}

function priced(priceCents: number | undefined): { readonly priceCents?: bigint } {
  return priceCents === undefined ? {} : { priceCents: BigInt(priceCents) };
}
