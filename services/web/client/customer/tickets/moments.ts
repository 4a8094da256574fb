import { time } from "../../lib/format.ts";
import { called, endsAt, startsAt } from "./event-days.ts";

const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** `Saturday 21 November`, in the order of the reader's language. */
export const dayLong = (moment: Date) => long.format(moment);

/** `Tonight, Saturday 21 November`. */
export function dayCalled(start: Date, now: Date): string {
  const name = called(start, now);
  return name === undefined ? dayLong(start) : `${name}, ${dayLong(start)}`;
}

interface Lasting {
  readonly startDate: bigint;
  readonly endDate: bigint;
}

/** `Saturday 21 November, 20:15`. */
export const beginning = (event: Lasting) =>
  `${dayLong(startsAt(event))}, ${time(startsAt(event))}`;

/** `Ends about 22:05`, with the day where it is another one. */
export function ending(event: Lasting): string {
  const [start, end] = [startsAt(event), endsAt(event)];
  const sameNight = end.getTime() - start.getTime() < 18 * 3_600_000;
  return sameNight ? `Ends about ${time(end)}` : `Ends ${dayLong(end)}, ${time(end)}`;
}

/** The zone in which the page tells times, by its name in the tz database. */
export const readersZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
