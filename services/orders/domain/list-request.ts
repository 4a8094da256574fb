import type { OrderStatus } from "./order.ts";
import { invalid, longerThan, refuseUnstorable } from "./request-checks.ts";

/** Which orders a caller asks for. What is left out matches everything. */
export interface OrderFilter {
  readonly userId?: string | undefined;
  readonly status?: OrderStatus | undefined;
  /** Matches any line. */
  readonly sku?: string | undefined;
}

export interface ListRequest extends OrderFilter {
  readonly cursor?: string | undefined;
  /** 1 to 100. */
  readonly limit: number;
}

/** A list's parameters as text, or not given. Blank counts as not given. */
export interface ListParameters {
  readonly userId?: string | undefined;
  readonly status?: string | undefined;
  readonly sku?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: string | undefined;
}

const USER_ID_MAX = 128;
const SKU_MAX = 64;
const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;
const STATUSES: readonly OrderStatus[] = ["PENDING", "CONFIRMED", "CANCELLED"];

/** Reads what a caller wants listed, by the same rules behind both doors. */
export function readListRequest(parameters: ListParameters): ListRequest {
  const { userId, status, sku, cursor, limit } = parameters;
  return {
    userId: text("userId", userId, USER_ID_MAX),
    status: statusOf(status?.trim()),
    sku: text("sku", sku, SKU_MAX),
    cursor: cursor?.trim() || undefined,
    limit: limitOf(limit?.trim()),
  };
}

function text(name: string, value: string | undefined, max: number): string | undefined {
  const trimmed = value?.trim();
  if (!trimmed) return undefined;
  if (longerThan(max, trimmed)) throw invalid(name, `${name} is too long`);
  refuseUnstorable(name, trimmed);
  return trimmed;
}

function statusOf(value: string | undefined): OrderStatus | undefined {
  if (!value) return undefined;
  const status = STATUSES.find((known) => known === value);
  if (status === undefined) throw invalid("status", "status is unknown");
  return status;
}

function limitOf(value: string | undefined): number {
  if (!value) return LIMIT_DEFAULT;
  const limit = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > LIMIT_MAX) throw invalid("limit", `limit must be 1 to ${LIMIT_MAX}`);
  return limit;
}
