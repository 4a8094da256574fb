/** What a calendar is told about a booking. */
export interface CalendarEntry {
  /** Stays the same, so that a second import changes the entry instead of adding one. */
  readonly id: string;
  readonly title: string;
  readonly start: Date;
  readonly end: Date;
  readonly place: string;
  readonly details: string;
  readonly url: string;
}

const LINE_BYTES_MAX = 75;

/** A calendar file (RFC 5545) with one entry. `now` is when it was written. */
export function calendarFile(entry: CalendarEntry, now: Date): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//MyEvents//Tickets//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
    `UID:${entry.id}@myevents`,
    `DTSTAMP:${instant(now)}`,
    `DTSTART:${instant(entry.start)}`,
    `DTEND:${instant(entry.end)}`,
    `SUMMARY:${escaped(entry.title)}`,
    `LOCATION:${escaped(entry.place)}`,
    `DESCRIPTION:${escaped(entry.details)}`,
    `URL:${entry.url}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

/** A name that every system of files takes. */
export function calendarFileName(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/[^\p{ASCII}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${plain || "event"}.ics`;
}

/** `20261121T190000Z`: in UTC, so that no calendar needs to know our zones. */
const instant = (moment: Date) => moment.toISOString().replace(/[-:]|\.\d{3}/g, "");

const escaped = (text: string) =>
  text.replace(/[\\;,]/g, (character) => `\\${character}`).replace(/\r\n|\r|\n/g, "\\n");

/** Long lines go on in the next, after a space, and no character is torn. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = "";
  let bytes = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (bytes + size > LINE_BYTES_MAX) {
      parts.push(part);
      part = " ";
      bytes = 1;
    }
    part += character;
    bytes += size;
  }
  return [...parts, part].join("\r\n");
}
