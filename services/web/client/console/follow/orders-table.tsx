import { type Order, OrderStatus } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { dateTime } from "../../lib/format.ts";
import { GoTo } from "../go-to.tsx";
import { StateBadge } from "./state-badge.tsx";
import { orderState } from "./states.ts";

const columns: readonly Column<Order>[] = [
  {
    key: "id",
    header: "Order",
    rowHeader: true,
    cell: ({ id }) => (
      <GoTo to="/console/follow" search={{ of: `order/${id}` }} data-row>
        {String(id)}
      </GoTo>
    ),
  },
  {
    key: "state",
    header: "State",
    cell: ({ status, reason }) => (
      <>
        <StateBadge state={orderState(status)} />
        {status === OrderStatus.CANCELLED && <span className="muted"> {reason}</span>}
      </>
    ),
  },
  {
    key: "lines",
    header: "What",
    cell: ({ items }) => items.map(({ quantity, sku }) => `${quantity} × ${sku}`).join(", "),
  },
  {
    key: "user",
    header: "For",
    cell: ({ userId }) => (
      <GoTo to="/console/follow" search={{ of: `user/${userId}` }}>
        {userId}
      </GoTo>
    ),
  },
  {
    key: "at",
    header: "Placed",
    cell: ({ createdAt }) => createdAt && dateTime(timestampDate(createdAt)),
  },
];

export interface OrdersTableProps {
  readonly orders: readonly Order[];
  readonly loading: boolean;
}

/** Orders, each with the way to its life. */
export function OrdersTable({ orders, loading }: OrdersTableProps) {
  if (orders.length === 0) {
    return <p className="pad muted">{loading ? "Looking for orders." : "No order."}</p>;
  }
  return (
    <DataTable caption="Orders" columns={columns} rows={orders} rowKey={({ id }) => String(id)} />
  );
}
