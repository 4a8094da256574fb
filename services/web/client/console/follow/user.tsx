import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { problemOf } from "../../lib/problem.ts";
import { clientOf } from "../../lib/transport.ts";
import { ConsolePage } from "../console-page.tsx";
import { BookingsTable } from "./bookings-table.tsx";
import { OrdersTable } from "./orders-table.tsx";

const orders = clientOf(OrdersService);
const bookings = clientOf(BookingsService);
const shownMax = 50;
const everyMs = 5_000;

/** What one user ordered and booked, the newest first. */
export function FollowUser({ id }: { readonly id: string }) {
  const ordered = useQuery({
    queryKey: ["orders of", id],
    queryFn: () => orders.listOrders({ userId: id, limit: shownMax }),
    refetchInterval: everyMs,
  });
  const booked = useQuery({
    queryKey: ["bookings of", id],
    queryFn: () => bookings.listBookings({ userId: id, limit: shownMax }),
    refetchInterval: everyMs,
  });
  return (
    <ConsolePage title={`User ${id}`} about={`the newest ${shownMax} of each at most`}>
      {ordered.error !== null && (
        <ProblemNotice problem={problemOf(ordered.error)} title="The orders cannot be read" />
      )}
      <section className="card" aria-labelledby="orders-h">
        <div className="sheet-h">
          <h2 id="orders-h">Orders</h2>
        </div>
        <OrdersTable orders={ordered.data?.orders ?? []} loading={ordered.isPending} />
      </section>
      {booked.error !== null && (
        <ProblemNotice problem={problemOf(booked.error)} title="The bookings cannot be read" />
      )}
      <section className="card" aria-labelledby="bookings-h">
        <div className="sheet-h">
          <h2 id="bookings-h">Bookings</h2>
        </div>
        <BookingsTable bookings={booked.data?.bookings ?? []} loading={booked.isPending} />
      </section>
    </ConsolePage>
  );
}
