import { z } from "zod";
import { cursor, limit } from "./ops-requests.ts";

/** What services answer about their processes that wait for others: the same shape from each. */

const instant = z.iso.datetime();
const count = z.number().int().min(0);

/** The bounds of the ages that undecided ones are counted by, in seconds. */
export const sagaAges = [60, 300, 900] as const;

/** How many of these ages, in seconds, are below each bound and above the one before; the last are above all. */
export function countByAge(ages: readonly number[]): number[] {
  const bounds = [0, ...sagaAges, Number.POSITIVE_INFINITY];
  return bounds.slice(1).map((end, at) => {
    const start = bounds[at] ?? 0;
    return ages.filter((age) => Math.max(0, age) >= start && age < end).length;
  });
}

export const SagasRequest = z.strictObject({ cursor, limit });

export const SagaView = z.object({
  id: z.string(),
  /** Of its messages, where it has any. */
  key: z.string().nullable(),
  state: z.string(),
  userId: z.string(),
  /** What it is about, in words. */
  summary: z.string(),
  since: instant,
  /** `outbox`: its message is not sent. `answer`: another service's word. `customer`: a person's. */
  waitsFor: z.enum(["outbox", "answer", "dead_letter", "customer"]),
  /** When it ends by itself; null while that clock stands still. */
  deadlineAt: instant.nullable(),
  /** The dead letter of this service that holds it up. */
  deadLetterId: count.nullable(),
});

export const SagasView = z.object({
  service: z.string(),
  /** What one of them is called, such as `hold`. */
  saga: z.string(),
  /** By the database's clock, which judges deadlines. */
  at: instant,
  open: z.object({
    count,
    /** The count stopped there: there are more. */
    atLeast: z.boolean(),
    oldestAt: instant.nullable(),
    /** How many are younger than each of `sagaAges`, and older than the one before; the last are older than all. */
    byAge: z.array(count),
  }),
  /** The states of the newest ones, however they ended. */
  recent: z.array(z.object({ state: z.string(), count })),
  /** One page of the open ones, the oldest first. */
  sagas: z.array(SagaView),
  nextCursor: z.string().nullable(),
});

export type SagasRequest = z.output<typeof SagasRequest>;
export type SagaView = z.infer<typeof SagaView>;
export type SagasView = z.infer<typeof SagasView>;
