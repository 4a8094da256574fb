import { Refusal } from "./errors.ts";

/**
 * A place in a list as callers get it: where the next page begins. Opaque to them, so that what
 * pages are ordered by may change.
 */
export function cursorAt(place: string): string {
  return Buffer.from(place).toString("base64url");
}

/**
 * The place that a cursor stands for, never empty and without NUL. Refuses with `invalid cursor`
 * whatever `cursorAt` cannot have written; whether the place means anything is the list's to say.
 */
export function placeOf(cursor: string): string {
  const place = Buffer.from(cursor, "base64url").toString();
  // Decoding passes over what is no base64url and no UTF-8; encoding again tells.
  if (place && !place.includes("\0") && cursorAt(place) === cursor) return place;
  throw invalidCursor();
}

export function invalidCursor(options?: ErrorOptions): Refusal {
  return new Refusal("invalid", "invalid_cursor", "invalid cursor", options);
}
