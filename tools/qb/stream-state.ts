import { messageContracts } from "@app/contracts/messages.ts";
import type { StoredMessage } from "@app/platform/messaging/broker.ts";
import { readHeaders } from "@app/platform/messaging/incoming.ts";
import { fromBinary, type JsonObject, toJson } from "@bufbuild/protobuf";
import { Failure } from "./failure.ts";

/** Whose messages are kept for ever, so that every state that it ever had can be told. */
export interface Kept {
  /** Such as `event/<uuid>`. */
  readonly key: string;
  readonly stream: string;
  /** A filter that all of its messages pass, and those of nothing else. */
  readonly subject: string;
}

/** What something was at a moment, and by which message. */
export interface PastState {
  readonly key: string;
  /** RFC 3339. */
  readonly at: string;
  readonly version: number;
  /** The last message until then. */
  readonly message: {
    readonly type: string;
    readonly time: string;
    readonly stream: string;
    readonly sequence: number;
  };
  readonly state: JsonObject;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const aggregates: Readonly<Record<string, { readonly stream: string; readonly subjects: string }>> =
  {
    event: { stream: "EVENTS", subjects: "events.v1.*" },
    location: { stream: "EVENTS", subjects: "events.v1.*" },
    booking: { stream: "BOOKINGS", subjects: "bookings.v1.*" },
  };

/** Reads a key such as `event/0192f3a0-…`. */
export function keptOf(key: string): Kept {
  const [aggregate = "", id = "", ...more] = key.split("/");
  const known = aggregates[aggregate];
  if (known && UUID.test(id.toLowerCase()) && more.length === 0) {
    const subject = `${known.subjects}.${id.toLowerCase()}`;
    return { key: `${aggregate}/${id.toLowerCase()}`, stream: known.stream, subject };
  }
  const kinds = Object.keys(aggregates).map((kind) => `${kind}/<uuid>`);
  throw new Failure("usage", `${key} is none of ${kinds.join(", ")}`, {
    next: "qb stream get event/<uuid> --at 2026-05-04T12:00:00Z",
  });
}

/** One message of the key, read. */
interface Told {
  readonly type: string;
  readonly version: number;
  readonly time: Date;
  readonly sequence: number;
  readonly body: JsonObject;
}

/**
 * The state at a moment by the clock of whoever stated it, from the messages in whatever order and
 * doubling they were stored. Undefined when nothing had been said by then. Throws on a message that
 * cannot be read: a state that leaves it out would be wrong.
 */
export function stateAt(
  { key, stream }: Kept,
  messages: readonly StoredMessage[],
  at: Date,
): PastState | undefined {
  const told = messages
    .map(readMessage)
    .filter((one) => one.key === key && one.time <= at)
    .toSorted((a, b) => a.version - b.version);
  const last = told.at(-1);
  if (!last) return undefined;
  return {
    key,
    at: at.toISOString(),
    version: last.version,
    message: {
      type: last.type,
      time: last.time.toISOString(),
      stream,
      sequence: last.sequence,
    },
    state: key.startsWith("booking/") ? bookingState(told) : wholeState(last),
  };
}

function readMessage(stored: StoredMessage): Told & { readonly key: string } {
  const { type, time, sequence, lane, payload } = readHeaders(stored);
  const contract = messageContracts.find(({ subject }) => subject === type);
  if (!contract || !lane) {
    const text = `message ${sequence} of ${stored.stream} cannot be read: its type is ${type}`;
    throw new Failure("failed", text, { next: "qb dlq ls" });
  }
  try {
    const body = toJson(contract.schema, fromBinary(contract.schema, payload));
    return { ...lane, type: contract.type, time, sequence, body: body as JsonObject };
  } catch (cause) {
    const text = `message ${sequence} of ${stored.stream} does not fit its contract`;
    throw new Failure("failed", text, { cause, next: "qb dlq ls" });
  }
}

/** Messages of events and locations carry all of it. */
function wholeState({ body }: Told): JsonObject {
  const { event, location } = body;
  const state = event ?? location;
  if (typeof state === "object" && state !== null && !Array.isArray(state)) return state;
  throw new Failure("failed", "its message carries no state");
}

/** A booking's first message says all that it is; the second, that it was cancelled or used. */
function bookingState(told: readonly Told[]): JsonObject {
  const { bookingId, bookedEventId, eventName, userId, seats } = told.at(-1)?.body ?? {};
  const booked = told.find(({ type }) => type === "event_booked");
  const cancelled = told.find(({ type }) => type === "booking_cancelled");
  const used = told.find(({ type }) => type === "ticket_used");
  return {
    id: bookingId ?? null,
    eventId: bookedEventId ?? null,
    eventName: eventName ?? null,
    userId: userId ?? null,
    seats: seats ?? null,
    status: used ? "USED" : cancelled ? "CANCELLED" : "CONFIRMED",
    ...(booked ? { createdAt: booked.time.toISOString() } : {}),
    ...(used ? { usedAt: used.time.toISOString() } : {}),
    ...(cancelled
      ? { cancelledAt: cancelled.time.toISOString(), reason: cancelled.body.reason ?? null }
      : {}),
  };
}
