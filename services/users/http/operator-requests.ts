import { cursor, limit } from "@app/platform/messaging/ops-requests.ts";
import { z } from "zod";
import { userRoles } from "../domain/user.ts";

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const MONTH_SECONDS = 30 * 24 * HOUR_SECONDS;

export const UsersRequest = z.strictObject({
  email: z.string().max(1_000).optional(),
  cursor,
  limit,
});

const rolesText = `roles must be a list of ${userRoles.join(", ")}`;
export const RolesRequest = z.strictObject({
  roles: z.array(z.enum(userRoles, rolesText), rolesText).max(userRoles.length, rolesText),
});

const lifetimeText = `seconds must be ${MINUTE_SECONDS} to ${MONTH_SECONDS}`;
export const ServiceTokenRequest = z.strictObject({
  service: z
    .string("service is required")
    .regex(/^[a-z][a-z0-9-]{0,62}$/, "service must be a name such as orders"),
  seconds: z
    .int(lifetimeText)
    .min(MINUTE_SECONDS, lifetimeText)
    .max(MONTH_SECONDS, lifetimeText)
    .default(HOUR_SECONDS),
});

export const RotateRequest = z.strictObject({
  compromised: z.boolean("compromised must be true or false").default(false),
});
