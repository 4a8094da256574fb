import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { dayOf } from "./event-filters.ts";

/** The events that begin on one day of the reader's calendar. */
export interface EventDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** How the day is called from today; undefined for any later one. */
  readonly called: "Today" | "Tonight" | "Tomorrow" | undefined;
  readonly start: Date;
  readonly events: readonly Event[];
}

/** From five in the afternoon what is left of today is tonight. */
const EVENING_HOUR = 17;

export const startsAt = ({ startDate }: Pick<Event, "startDate">) =>
  new Date(Number(startDate) * 1_000);

export const endsAt = ({ endDate }: Pick<Event, "endDate">) => new Date(Number(endDate) * 1_000);

/** Groups events, which come the earliest first, by the day on which they begin. */
export function daysOf(events: readonly Event[], now: Date): readonly EventDay[] {
  const days = new Map<string, Event[]>();
  for (const event of events) {
    const day = dayOf(startsAt(event));
    const others = days.get(day);
    if (others) others.push(event);
    else days.set(day, [event]);
  }
  return [...days].flatMap(([day, [first, ...more]]) =>
    first
      ? [
          {
            day,
            start: startsAt(first),
            called: called(startsAt(first), now),
            events: [first, ...more],
          },
        ]
      : [],
  );
}

/** What people call a day that is near. */
export function called(start: Date, now: Date): EventDay["called"] {
  const day = dayOf(start);
  if (day === dayOf(now)) return start.getHours() >= EVENING_HOUR ? "Tonight" : "Today";
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return day === dayOf(tomorrow) ? "Tomorrow" : undefined;
}
