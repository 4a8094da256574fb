import { invalidTicket } from "./refusals.ts";
import { optionalText, refuseUnknownKeys, requireObject } from "./request-checks.ts";

/** Longer than any ticket of ours. */
const TICKET_MAX = 4_000;

/** Reads the ticket that somebody shows. */
export function readTicket(body: unknown): string {
  const fields = requireObject(body);
  const ticket = optionalText(fields, { name: "ticket", max: TICKET_MAX })?.trim();
  refuseUnknownKeys(fields, ["ticket"]);
  if (!ticket) throw invalidTicket();
  return ticket;
}
