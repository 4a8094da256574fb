import { cursor, limit } from "@app/platform/messaging/ops-requests.ts";
import { z } from "zod";

/** Which of what was written operators want to see. */
export const ModerationRequest = z.strictObject({
  state: z.enum(["reported", "hidden"], "state must be reported or hidden").default("reported"),
  cursor,
  limit,
});
