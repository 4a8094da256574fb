import type { GetAvailabilityResponse } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { useMemo } from "react";
import { Badge } from "../../kit/badge.tsx";
import { count, timeExact } from "../../lib/format.ts";
import { hallPicture } from "./hall-dots.ts";
import { type HoldStep, heldAt } from "./hold-steps.ts";

export interface HallCardProps {
  readonly hall: string;
  readonly seats: GetAvailabilityResponse | undefined;
  /** When they were counted, in unix milliseconds. */
  readonly countedAt: number;
  /** Whether counting them again failed. */
  readonly failed: boolean;
  readonly step: HoldStep | undefined;
}

const classOf = { taken: "t", free: "f", mine: "m" } as const;

/** How full the hall is: a dot for each seat, or for several in a large one. No plan of seats. */
export function HallCard({ hall, seats, countedAt, failed, step }: HallCardProps) {
  const mine = step?.step === "booked" ? step.seats : (heldAt(step)?.seats ?? 0);
  const capacity = seats?.capacity ?? 0;
  const left = seats?.left ?? 0;
  // Seats of mine that are held or booked are counted as such.
  const taken = Math.max(0, capacity - left - mine);
  const picture = useMemo(() => hallPicture({ capacity, taken, mine }), [capacity, taken, mine]);
  return (
    <section className="card hallcard" aria-labelledby="hall-h">
      <div className="row pad hallcard__h">
        <h2 className="display h2" id="hall-h">
          {hall} right now
        </h2>
        <span className="push">
          {seats === undefined || failed ? (
            <Badge icon="refresh">Counting</Badge>
          ) : (
            <Badge tone="ok" dot="live">
              Counted {timeExact(countedAt)}
            </Badge>
          )}
        </span>
      </div>
      <figure>
        <svg className="hall" viewBox="-20 -210 440 240" aria-hidden="true">
          <path className="apron" d="M132 20a70 30 0 0 1 136 0Z" />
          {seats !== undefined &&
            picture.dots.map(({ x, y, is }) => (
              <circle
                key={`${x} ${y}`}
                className={classOf[is]}
                cx={x}
                cy={y}
                r={is === "mine" ? picture.radius * 1.15 : picture.radius}
              />
            ))}
        </svg>
        <figcaption className="pad hallcard__c">
          <ul className="legend sm">
            {mine > 0 && (
              <li>
                <i className="m" />
                <b className="num">{count(mine)}</b>{" "}
                {step?.step === "booked" ? "yours" : "held for you"}
              </li>
            )}
            <li>
              <i className="f" />
              <b className="num">{seats ? count(left) : "–"}</b> free
            </li>
            <li>
              <i className="t" />
              <b className="num">{seats ? count(taken) : "–"}</b> taken
            </li>
          </ul>
          <p className="sm muted">
            Seating is free, so this shows how full the hall is, not where you will sit.
            {picture.seatsPerDot > 1 && ` One dot stands for ${count(picture.seatsPerDot)} seats.`}
          </p>
        </figcaption>
      </figure>
    </section>
  );
}
