import { invalid, optionalText, refuseUnknownKeys, requireObject } from "./request-checks.ts";

/** Everything a customer decides about a booking or a hold, checked and trimmed. */
export interface SeatsRequest {
  /** From 1 to what contracts allow; what the event allows is known later. */
  readonly seats: number;
  readonly userId: string;
}

const USER_ID_MAX = 128;
/** The contract of the messages allows no event more than that. */
const SEATS_MAX = 1_000;
const GUEST = "guest";

/**
 * Reads how many seats are wanted, and by whom. A signed-in `caller` takes the place of `userId`,
 * which is then not looked at; somebody who says nothing is a guest.
 */
export function readSeatsRequest(body: unknown, caller?: string): SeatsRequest {
  const fields = requireObject(body);
  const seats = readSeats(fields.seats);
  const given = caller ?? optionalText(fields, { name: "userId", max: USER_ID_MAX });
  refuseUnknownKeys(fields, ["seats", "userId"]);
  return { seats, userId: given?.trim() || GUEST };
}

function readSeats(value: unknown): number {
  if (value === undefined || value === null) throw invalid("seats", "seats is required");
  if (typeof value !== "number") throw invalid("seats", "seats must be an integer");
  if (value <= 0) throw invalid("seats", "seats must be > 0");
  if (value > SEATS_MAX) throw invalid("seats", `seats must be at most ${SEATS_MAX}`);
  if (!Number.isInteger(value)) throw invalid("seats", "seats must be an integer");
  return value;
}
