import {
  invalid,
  longerThan,
  refuseUnknownKeys,
  refuseUnstorable,
  requireObject,
} from "./request-checks.ts";

const REASON_MAX = 1_000;
const REASON_DEFAULT = "cancelled by customer";

/**
 * Reads why a customer cancels. A reason that is missing or blank is the default; any other is kept
 * as written.
 */
export function readCancelReason(body: unknown): string {
  const input = requireObject(body);
  const reason = input.reason ?? "";
  if (typeof reason !== "string") throw invalid("reason", "reason must be a string");
  if (longerThan(REASON_MAX, reason)) throw invalid("reason", "reason is too long");
  refuseUnstorable("reason", reason);
  refuseUnknownKeys(input, ["reason"]);
  return reason.trim() === "" ? REASON_DEFAULT : reason;
}
