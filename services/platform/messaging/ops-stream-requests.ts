import { z } from "zod";
import { Refusal } from "../errors.ts";
import { key, limit, reason } from "./ops-requests.ts";

/** A pause ends by itself: one that was forgotten must not become an outage. */
export const pauseMaxSeconds = 86_400;

const sequence = (name: string) => {
  const problem = `${name} must be a sequence`;
  return z
    .string(problem)
    .regex(/^[1-9]\d{0,14}$/, problem)
    .transform(Number)
    .optional();
};

const typeProblem = "type must look like <package>.<message>, at most 256 characters";

export const StreamMessagesRequest = z.strictObject({
  from: sequence("from"),
  before: sequence("before"),
  since: z.iso
    .datetime({ offset: true, error: "since must be an RFC 3339 instant" })
    .transform((given) => new Date(given))
    .optional(),
  type: z
    .string(typeProblem)
    .max(256, typeProblem)
    .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/, typeProblem)
    .optional(),
  key: key.optional(),
  limit,
});

export type StreamMessagesRequest = z.output<typeof StreamMessagesRequest>;

/** Refuses a request that says in two ways where to begin. */
export function readPlace(asked: StreamMessagesRequest): StreamMessagesRequest {
  const ways = [asked.from, asked.before, asked.since].filter((way) => way !== undefined);
  if (ways.length <= 1) return asked;
  throw new Refusal("invalid", "invalid_place", "say one of from, before and since");
}

const secondsProblem = `seconds must be an integer from 1 to ${pauseMaxSeconds}`;

export const PauseRequest = z.strictObject({
  seconds: z.int(secondsProblem).min(1, secondsProblem).max(pauseMaxSeconds, secondsProblem),
  reason,
});

export const ResumeRequest = z.strictObject({ reason: reason.optional() });

/** The id of a message: any UUID. */
export function readMessageId(text: string): string {
  const id = text.toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new Refusal("invalid", "invalid_id", "invalid id");
}
