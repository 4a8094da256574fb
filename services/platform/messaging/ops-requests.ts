import { z } from "zod";
import { Refusal } from "../errors.ts";
import { keyForm } from "./message.ts";
import { deadLetterStates } from "./ops-views.ts";

const limitMax = 100;
const limitDefault = 20;
const reasonMax = 1_000;

export const limit = z
  .string(`limit must be 1 to ${limitMax}`)
  .regex(/^[1-9]\d{0,2}$/, `limit must be 1 to ${limitMax}`)
  .transform(Number)
  .refine((value) => value <= limitMax, `limit must be 1 to ${limitMax}`)
  .default(limitDefault);

export const key = z
  .string("key is required")
  .regex(keyForm, "key must look like <aggregate>/<id>, at most 256 characters");

export const consumer = z.string("consumer is required").max(128, "consumer is too long");
export const cursor = z.string("invalid cursor").max(500, "invalid cursor").optional();

export const DeadLettersRequest = z.strictObject({
  consumer: consumer.optional(),
  state: z.enum(deadLetterStates, `state must be one of ${deadLetterStates.join(", ")}`).optional(),
  key: key.optional(),
  /** One of the list of groups, which are of open letters. */
  group: z.string().max(64, "group is too long").optional(),
  cursor,
  limit,
});

export const LanesRequest = z.strictObject({
  consumer: consumer.optional(),
  state: z
    .enum(["blocked", "waiting", "stuck"], "state must be one of blocked, waiting, stuck")
    .optional(),
  cursor,
  limit,
});

export const OutboxRequest = z.strictObject({ key: key.optional(), limit });

export const MessagesRequest = z.strictObject({ key });

export const NoParameters = z.strictObject({});

/** Text of a body that Postgres is asked with, which takes no NUL; a query's has none. */
export const text = (name: string, max: number) =>
  z
    .string(`${name} must be a string`)
    .max(max, `${name} is too long`)
    .refine((given) => !given.includes("\0"), `${name} must not contain NUL`);

/** Why a person does something, for the audit. */
export const reason = z
  .string("reason is required")
  .trim()
  .min(1, "reason is required")
  .pipe(text("reason", reasonMax));

export const SkipRequest = z.strictObject({
  consumer,
  key,
  reason: z.string("reason must be a string").trim().pipe(text("reason", reasonMax)).optional(),
});

/** Reads a query or a body. The first thing wrong is refused; of a query, a blank counts as absent. */
export function readRequest<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  given: unknown,
): z.output<z.ZodObject<Shape>> {
  const said = Object.entries(given ?? {}).filter(([, value]) => value !== "");
  const parsed = schema.safeParse(Object.fromEntries(said));
  if (parsed.success) return parsed.data;

  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    const name = String(issue.keys[0]).slice(0, 100);
    throw new Refusal("invalid", "unknown_field", `unknown field ${name}`);
  }
  const name = String(issue?.path[0] ?? "request");
  throw new Refusal("invalid", `invalid_${name}`, issue?.message ?? "invalid request");
}

/** A row's id as a path has it. */
export function readId(text: string): number {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new Refusal("invalid", "invalid_id", "invalid id");
  return id;
}
