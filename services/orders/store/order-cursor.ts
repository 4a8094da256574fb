import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";

/** The last order of a page: where the next page begins. */
export interface OrderCursor {
  readonly createdAt: Date;
  readonly id: bigint;
}

const PLACE = /^(\d{1,15})\.([1-9]\d{0,18})$/;
const ID_MAX = 2n ** 63n - 1n;
/** Years of five digits are written in a form that Postgres does not read. */
const TIME_MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function encodeCursor({ createdAt, id }: OrderCursor): string {
  return cursorAt(`${createdAt.getTime()}.${id}`);
}

/** Refuses with `invalid cursor` whatever `encodeCursor` cannot have written. */
export function decodeCursor(text: string): OrderCursor {
  const [, digits = "", id = "0"] = PLACE.exec(placeOf(text)) ?? [];
  const cursor = { createdAt: new Date(Number(digits)), id: BigInt(id) };
  const inRange = Number(digits) <= TIME_MAX_MS && cursor.id >= 1n && cursor.id <= ID_MAX;
  // Digits may have zeros before them; encoding again tells.
  if (inRange && encodeCursor(cursor) === text) return cursor;
  throw invalidCursor();
}
