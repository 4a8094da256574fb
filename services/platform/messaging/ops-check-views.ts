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
  nextCursor: z.string().nullable(),
});

export const ReconcileView = z.object({ sweeps: z.array(SweepView) });

export type SweepView = z.infer<typeof SweepView>;
export type DifferencesView = z.infer<typeof DifferencesView>;
