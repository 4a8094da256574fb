import { z } from "zod";

/** What the operator API answers of the core's checks of itself. */

const instant = z.iso.datetime();
const count = z.number().int().min(0);

export const sweepKinds = ["received", "sent"] as const;

export const SweepView = z.object({
  kind: z.enum(sweepKinds),
  stream: z.string(),
  /** Null for what was sent. */
  consumer: z.string().nullable(),
  /** Compared so far, and how far it may go by what was last seen. */
  sequence: count,
  target: count,
  /** When it last started at the beginning of the stream. */
  beganAt: instant,
  at: instant,
});

export const DifferenceView = z.object({
  kind: z.enum(sweepKinds),
  stream: z.string(),
  consumer: z.string().nullable(),
  sequence: count,
  eventId: z.string(),
  key: z.string().nullable(),
  version: count.nullable(),
  subject: z.string(),
  /** Missing at a second look too; before that it may have been on its way. */
  confirmed: z.boolean(),
  foundAt: instant,
});

export const DifferencesView = z.object({
  sweeps: z.array(SweepView),
  differences: z.array(DifferenceView),
  /** How many of all, not of this page, were not yet looked at twice. */
  unconfirmed: count,
  nextCursor: z.string().nullable(),
});

export const ReconcileView = z.object({ sweeps: z.array(SweepView) });

export const TakenInView = z.object({
  consumer: z.string(),
  sequence: count,
  outcome: z.enum(["taken_in", "failed"]),
});

export const VerdictView = z.object({
  name: z.string(),
  sentence: z.string(),
  checked: count,
  /** Rows that break it, counted up to a thousand; the first are shown. */
  count,
  breaches: z.array(z.object({ about: z.string(), problem: z.string() })),
  /** Where the next slice begins; null when all was looked at. */
  nextCursor: z.string().nullable(),
  /** Why it could not be looked at. */
  problem: z.string().nullable(),
});

export const VerifyView = z.object({ service: z.string(), verdicts: z.array(VerdictView) });

export const LedgerView = z.object({
  rows: z.array(z.object({ id: z.string(), state: z.string(), content: z.string() })),
  /** The id after which the next page begins; null after the last. */
  nextAfter: z.string().nullable(),
});

export type VerdictView = z.infer<typeof VerdictView>;
export type VerifyView = z.infer<typeof VerifyView>;
export type LedgerView = z.infer<typeof LedgerView>;
export type SweepView = z.infer<typeof SweepView>;
export type DifferencesView = z.infer<typeof DifferencesView>;
