import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";

/** The last event of a page: where the next page begins. */
export interface EventCursor {
  readonly startsAt: Date;
  readonly id: string;
}

const PLACE = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** Years of five digits are written in a form that Postgres does not read. */
const TIME_MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function encodeCursor({ startsAt, id }: EventCursor): string {
  return cursorAt(`${startsAt.getTime()}.${id}`);
}

/** Refuses with `invalid cursor` whatever `encodeCursor` cannot have written. */
export function decodeCursor(text: string): EventCursor {
  const [, digits = "", id] = PLACE.exec(placeOf(text)) ?? [];
  const ms = Number(digits);
  if (id === undefined || ms > TIME_MAX_MS) throw invalidCursor();
  const cursor = { startsAt: new Date(ms), id };
  // Digits may have zeros before them; encoding again tells.
  if (encodeCursor(cursor) === text) return cursor;
  throw invalidCursor();
}
