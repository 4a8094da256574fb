import { EventStatus } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";

/** What can be said of an event's seats. */
export interface Sale {
  readonly state: "cancelled" | "over" | "sold-out" | "few" | "free";
  /** 0 where nothing is sold. */
  readonly left: number;
}

type OnSale = Pick<Event, "status" | "endDate" | "capacity" | "seatsLeft">;

const FEW_AT_LEAST = 5;
const FEW_AT_MOST = 20;
const FEW_SHARE = 0.15;

/** Cancelled counts before over, and both before how many are left: nobody can have those. */
export function saleOf({ status, endDate, capacity, seatsLeft }: OnSale, nowMs: number): Sale {
  if (status === EventStatus.CANCELLED) return { state: "cancelled", left: 0 };
  if (Number(endDate) * 1_000 <= nowMs) return { state: "over", left: 0 };
  if (seatsLeft <= 0) return { state: "sold-out", left: 0 };
  return { state: isFew(seatsLeft, capacity) ? "few" : "free", left: seatsLeft };
}

/** A few of a small hall are fewer than of a large one, and twenty are never called few more. */
export function isFew(left: number, capacity: number): boolean {
  return left <= Math.min(FEW_AT_MOST, Math.max(FEW_AT_LEAST, Math.floor(capacity * FEW_SHARE)));
}

/** How much of the hall is taken, in per cent; never full while a seat is left. */
export function fullness({ capacity, seatsLeft }: Pick<Event, "capacity" | "seatsLeft">): number {
  if (capacity <= 0) return 100;
  const taken = Math.round((100 * (capacity - seatsLeft)) / capacity);
  return Math.min(seatsLeft > 0 ? 99 : 100, Math.max(0, taken));
}
