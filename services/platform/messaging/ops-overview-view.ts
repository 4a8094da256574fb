import { z } from "zod";
import { ConsumersView } from "./ops-views.ts";

/** What the operator API answers to the question how a service is. */

const instant = z.iso.datetime();
const count = z.number().int().min(0);

export const OverviewView = z.object({
  service: z.string(),
  /** When it was answered, by the replica's clock. */
  at: instant,
  readiness: z.object({
    status: z.enum(["ok", "degraded", "unavailable"]),
    /** How many checks there are. */
    checks: count,
    failing: z.array(z.object({ name: z.string(), critical: z.boolean(), problem: z.string() })),
  }),
  outbox: z.object({
    count,
    /** The count stopped there: there are more. */
    atLeast: z.boolean(),
    oldestAgeMs: count,
    oldestKey: z.string().nullable(),
  }),
  /** The streams of this service; null while the broker does not say. */
  streams: z
    .array(
      z.object({
        stream: z.string(),
        lastSequence: count,
        messages: count,
        bytes: count,
        full: z.boolean(),
      }),
    )
    .nullable(),
  consumers: z.array(
    ConsumersView.shape.consumers.element.extend({
      /** Age of the oldest message that is not acknowledged; null when there is none, or it is unknown. */
      oldestPendingAgeMs: count.nullable(),
    }),
  ),
  deadLetters: z.object({
    /** Those that wait for a person. */
    dead: count,
    /** Of all that there are, how many came in the last hour. */
    lastHour: count,
    oldestAt: instant.nullable(),
  }),
  /** What is always true, as last looked at; all of it must be 0. */
  conservation: z.object({
    /** Messages that are missing, seen twice. */
    missing: count,
    /** Rows that break an invariant. */
    breaches: count,
    broken: z.array(z.string()),
    invariants: count,
    /** How many could not be looked at to their end. */
    unchecked: count,
    /** The invariant that was not looked at for the longest time; null before the first look. */
    lookedAt: instant.nullable(),
  }),
  /** What of its own this service has not decided for too long; null where it decides nothing. */
  undecided: z
    .object({
      /** What they are, such as `orders`. */
      what: z.string(),
      afterMs: count,
      count,
      atLeast: z.boolean(),
      oldest: z.object({ key: z.string(), since: instant }).nullable(),
    })
    .nullable(),
});

export type OverviewView = z.infer<typeof OverviewView>;
