import type { AccessTable } from "./auth-rules.ts";
import { operatorAccess } from "./messaging/ops-access.ts";

/** Who may make the calls that every service has: the operator API, and what it says of itself. */
export const commonAccess: AccessTable = {
  ...operatorAccess,
  "GET /openapi.json": "public",
  "GET /asyncapi.json": "public",
};
