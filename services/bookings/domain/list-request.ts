import { invalid, optionalText, readId } from "./request-checks.ts";

/** Which bookings a caller asks for, newest first. What is left out matches everything. */
export interface ListRequest {
  readonly userId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly cursor?: string | undefined;
  /** 1 to 100. */
  readonly limit: number;
}

/** A list's parameters as text, or not given. Blank counts as not given. */
export interface ListParameters {
  readonly userId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: string | undefined;
}

const USER_ID_MAX = 128;
const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;

/** Reads what a caller wants listed, by the same rules behind both doors. */
export function readListRequest(parameters: ListParameters): ListRequest {
  const userId = optionalText({ ...parameters }, { name: "userId", max: USER_ID_MAX });
  const eventId = parameters.eventId?.trim();
  return {
    userId: userId?.trim() || undefined,
    eventId: eventId ? readId(eventId) : undefined,
    cursor: parameters.cursor?.trim() || undefined,
    limit: limitOf(parameters.limit?.trim()),
  };
}

function limitOf(value: string | undefined): number {
  if (!value) return LIMIT_DEFAULT;
  const limit = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > LIMIT_MAX) throw invalid("limit", `limit must be 1 to ${LIMIT_MAX}`);
  return limit;
}
