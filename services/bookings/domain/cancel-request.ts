import { optionalText, refuseUnknownKeys, requireObject } from "./request-checks.ts";

const REASON_MAX = 1_000;

/** Reads why a customer cancels. A reason that is missing or blank is `cancelled by customer`. */
export function readCancelReason(body: unknown): string {
  const fields = requireObject(body);
  const reason = optionalText(fields, { name: "reason", max: REASON_MAX }) ?? "";
  refuseUnknownKeys(fields, ["reason"]);
  return reason.trim() === "" ? "cancelled by customer" : reason;
}
