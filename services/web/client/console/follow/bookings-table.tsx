import type { Booking } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { dateTime, plural } from "../../lib/format.ts";
import { GoTo } from "../go-to.tsx";
import { StateBadge } from "./state-badge.tsx";
import { bookingState } from "./states.ts";

/** The last characters tell bookings apart, and fit. */
const shownOfId = 8;

const columns: readonly Column<Booking>[] = [
  {
    key: "id",
    header: "Booking",
    rowHeader: true,
    cell: ({ id }) => (
      <GoTo to="/console/follow" search={{ of: `booking/${id}` }} data-row title={id}>
        {id.slice(-shownOfId)}
      </GoTo>
    ),
  },
  {
    key: "state",
    header: "State",
    cell: ({ status }) => <StateBadge state={bookingState(status)} />,
  },
  {
    key: "what",
    header: "What",
    cell: ({ seats, eventName, eventId }) => (
      <>
        {plural(seats, { one: "seat", other: "seats" })} of{" "}
        <GoTo to="/console/follow" search={{ of: `event/${eventId}` }}>
          {eventName}
        </GoTo>
      </>
    ),
  },
  {
    key: "at",
    header: "Booked",
    cell: ({ createdAt }) => createdAt && dateTime(timestampDate(createdAt)),
  },
];

export interface BookingsTableProps {
  readonly bookings: readonly Booking[];
  readonly loading: boolean;
}

/** Bookings, each with the way to its life. */
export function BookingsTable({ bookings, loading }: BookingsTableProps) {
  if (bookings.length === 0) {
    return <p className="pad muted">{loading ? "Looking for bookings." : "No booking."}</p>;
  }
  return <DataTable caption="Bookings" columns={columns} rows={bookings} rowKey={({ id }) => id} />;
}
