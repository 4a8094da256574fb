import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { Badge } from "../../kit/badge.tsx";
import { buttonClass } from "../../kit/button.tsx";
import { Scene, sceneOf } from "../../kit/drawings/scene.tsx";
import { count, day, duration, time } from "../../lib/format.ts";
import { Stars } from "../reviews/stars.tsx";
import { daysOf, startsAt } from "./event-days.ts";
import { placeOf } from "./event-place.ts";
import { dayCalled } from "./moments.ts";
import { fullness, type Sale, saleOf } from "./sale.ts";

export interface EventTableProps {
  readonly events: readonly Event[];
  readonly now: Date;
}

/** Events in the order in which they begin, grouped by day; on phones each row is a card. */
export function EventTable({ events, now }: EventTableProps) {
  return (
    <div className="card evsheet">
      <table className="evt">
        <caption className="vh">Events, the earliest first</caption>
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Where</th>
            <th scope="col">When</th>
            <th scope="col">Seats</th>
            <th scope="col">
              <span className="vh">Book</span>
            </th>
          </tr>
        </thead>
        {daysOf(events, now).map((group) => (
          <tbody key={group.day}>
            <tr className="evday">
              <th colSpan={5} scope="rowgroup">
                {dayCalled(group.start, now)}
              </th>
            </tr>
            {group.events.map((event) => (
              <EventRow key={event.id} event={event} now={now} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function EventRow({ event, now }: { readonly event: Event; readonly now: Date }) {
  const { id, name, location, hall, duration: minutes, rating, reviews } = event;
  const sale = saleOf(event, now.getTime());
  const start = startsAt(event);
  return (
    <tr className={`ev ev--${sale.state}`}>
      <th scope="row" className="ev__n">
        <Scene name={sceneOf(name)} className="evthumb" />
        <span className="ev__name">
          <b className="display">{name}</b>
          {reviews > 0n && <Stars rating={rating} reviews={Number(reviews)} />}
        </span>
      </th>
      <td className="ev__w">
        <span className="strong">{hall?.name}</span>
        <span className="sm muted">{placeOf(location)}</span>
      </td>
      <td className="ev__t">
        <time className="strong num" dateTime={start.toISOString()}>
          {time(start)}
        </time>
        <span className="sm muted">{duration(minutes * 60_000)}</span>
      </td>
      <td className="ev__s">
        <Seats event={event} sale={sale} />
      </td>
      <td className="ev__b">
        {sale.left > 0 ? (
          <Link
            className={buttonClass({ kind: "primary" })}
            to="/events/$id/book"
            params={{ id }}
            aria-label={`Book ${name}, ${day(start)}`}
          >
            Book
          </Link>
        ) : (
          <Link
            className={buttonClass({})}
            to="/events/$id/book"
            params={{ id }}
            aria-label={`See ${name}, ${day(start)}`}
          >
            See
          </Link>
        )}
      </td>
    </tr>
  );
}

function Seats({ event, sale }: { readonly event: Event; readonly sale: Sale }) {
  if (sale.state === "cancelled")
    return (
      <Badge tone="bad" icon="x">
        Cancelled by the organiser
      </Badge>
    );
  if (sale.state === "over") return <Badge icon="clock">It is over</Badge>;
  return (
    <>
      <span className={sale.state === "few" ? "strong few num" : "strong num"}>
        {seatsText(sale)}
      </span>
      <span className={sale.state === "few" ? "seatbar seatbar--few" : "seatbar"}>
        <i style={{ width: `${fullness(event)}%` }} />
      </span>
    </>
  );
}

function seatsText({ state, left }: Sale): string {
  if (state === "sold-out") return "Sold out";
  return state === "few" ? `Only ${count(left)} left` : `${count(left)} left`;
}
