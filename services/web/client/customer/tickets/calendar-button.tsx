import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Button } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";
import { calendarFile, calendarFileName } from "./calendar-file.ts";
import { endsAt, startsAt } from "./event-days.ts";
import { seatsText } from "./seat-words.ts";
import { shortId } from "./short-id.ts";

export interface CalendarButtonProps {
  readonly event: Pick<Event, "name" | "startDate" | "endDate" | "location" | "hall">;
  readonly bookingId: string;
  readonly seats: number;
  readonly block?: boolean;
  readonly quiet?: boolean;
}

/** Saves a calendar file with the event; made here, so that it works without a network. */
export function CalendarButton({ event, bookingId, seats, block, quiet }: CalendarButtonProps) {
  const save = () => {
    const { name, location, hall } = event;
    const place = [hall?.name, location?.name, location?.address, location?.country];
    const text = calendarFile(
      {
        id: bookingId,
        title: name,
        start: startsAt(event),
        end: endsAt(event),
        place: place.filter(Boolean).join(", "),
        details: `${seatsText(seats)}\nBooking ${shortId(bookingId)}`,
        url: new URL(`/bookings/${bookingId}`, document.baseURI).href,
      },
      new Date(),
    );
    download(text, calendarFileName(name));
  };
  return (
    <Button kind={quiet ? "quiet" : "plain"} block={block} onClick={save}>
      <Icon name="cal" />
      Add to calendar
    </Button>
  );
}

function download(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has taken it over by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
