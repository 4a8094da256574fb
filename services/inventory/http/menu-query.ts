import { Refusal } from "@app/platform/errors.ts";
import { z } from "zod";

const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;

/** Which part of the menu is asked for. Blank counts as absent. */
export const MenuQuery = z.object({
  limit: z.string().trim().optional(),
  cursor: z.string().trim().optional(),
});

export function readMenuQuery({ limit, cursor }: z.output<typeof MenuQuery>) {
  return { limit: limitOf(limit), cursor };
}

function limitOf(text: string | undefined): number {
  if (!text) return LIMIT_DEFAULT;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new Refusal("invalid", "invalid_limit", `limit must be 1 to ${LIMIT_MAX}`);
}
