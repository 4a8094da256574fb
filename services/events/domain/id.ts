import { Refusal } from "@app/platform/errors.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id as it is stored, or undefined where the text is no UUID. */
export function idOf(text: unknown): string | undefined {
  const id = typeof text === "string" ? text.trim().toLowerCase() : "";
  return UUID.test(id) ? id : undefined;
}

/** Reads the id of a path or a call, else `invalid id`. */
export function readId(text: string): string {
  const id = idOf(text);
  if (id === undefined) throw new Refusal("invalid", "invalid_id", "invalid id");
  return id;
}
