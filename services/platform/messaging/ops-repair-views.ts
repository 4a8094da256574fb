import { z } from "zod";
import { PayloadView } from "./ops-views.ts";

/** What the operator API answers about the repair of dead letters. */

const instant = z.iso.datetime();
const count = z.number().int().min(0);
const nextCursor = z.string().nullable();

export const LetterGroupView = z.object({
  /** Stays the same as long as consumer, type, reason and error do; selects the group for a run. */
  id: z.string(),
  consumer: z.string(),
  type: z.string(),
  reason: z.string(),
  /** With ids and numbers replaced. */
  error: z.string(),
  count,
  oldestAt: instant,
  newestAt: instant,
  /** One letter of it. */
  exampleId: count,
});

export const LetterGroupsView = z.object({ groups: z.array(LetterGroupView) });

export const LetterNoteView = z.object({ text: z.string(), actor: z.string(), at: instant });

export const NotedGroupsView = z.object({
  groups: z.array(
    LetterGroupView.extend({
      /** What somebody left for whoever looks next. */
      note: LetterNoteView.nullable(),
    }),
  ),
});

export const FieldChangeView = z.object({
  path: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});

export const RevisionsView = z.object({
  id: count,
  /** The one that a redrive would run. */
  revision: count,
  revisions: z.array(
    z.object({
      revision: count,
      /** Null for the revision that came. */
      actor: z.string().nullable(),
      reason: z.string().nullable(),
      at: instant,
      payload: PayloadView,
      difference: z.array(FieldChangeView).readonly(),
    }),
  ),
});

export const EditedLetterView = z.object({
  outcome: z.enum(["checked", "edited", "done", "failed"]),
  /** As it stands now. */
  revision: count,
  difference: z.array(FieldChangeView).readonly(),
  error: z.string().optional(),
});

export const ResolvedLetterView = z.object({
  id: count,
  state: z.enum(["dead", "discarded"]),
  revision: count,
});

export const runStates = ["running", "paused", "done", "failed", "cancelled"] as const;

export const RedriveRunView = z.object({
  id: count,
  consumer: z.string(),
  state: z.enum(runStates),
  selection: z.record(z.string(), z.unknown()),
  canary: count,
  perSecond: count,
  total: count,
  done: count,
  failed: count,
  /** Not tried: somebody else resolved them, or it was not their turn. */
  skipped: count,
  /** Not yet tried; of a run that ended, never tried. */
  pending: count,
  actor: z.string(),
  /** Why it stopped before its end. */
  problem: z.string().nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
});

export const RedriveRunsView = z.object({ runs: z.array(RedriveRunView), nextCursor });

export const RedriveRunDetailView = RedriveRunView.extend({
  /** The first of those that failed or were skipped. */
  troubled: z.array(
    z.object({
      letterId: count,
      key: z.string().nullable(),
      version: count.nullable(),
      state: z.enum(["failed", "skipped"]),
      error: z.string(),
    }),
  ),
});

export const DryRunView = z.object({
  consumer: z.string(),
  /** How many letters a run would take on. */
  selected: count,
  /** How many of them, the first, are in `letters`. */
  lookedAt: count,
  /** How many of those were only read, for want of time or because trying is not safe. */
  notTried: count,
  wouldSucceed: count,
  wouldFail: count,
  letters: z.array(
    z.object({
      id: count,
      key: z.string().nullable(),
      version: count.nullable(),
      type: z.string(),
      verdict: z.enum(["would_succeed", "would_fail", "refused", "not_tried"]),
      error: z.string().nullable(),
      /** Messages parked behind it. */
      waiting: count,
      /** Another dead letter of its key that has to be resolved before it. */
      blockedBy: count.nullable(),
    }),
  ),
});

export const AuditView = z.object({
  entries: z.array(
    z.object({
      id: count,
      at: instant,
      actor: z.string(),
      action: z.string(),
      target: z.string(),
      detail: z.unknown(),
    }),
  ),
  nextCursor,
});

export type LetterGroupsView = z.infer<typeof LetterGroupsView>;
export type LetterNoteView = z.infer<typeof LetterNoteView>;
export type NotedGroupsView = z.infer<typeof NotedGroupsView>;
export type RevisionsView = z.infer<typeof RevisionsView>;
export type EditedLetterView = z.infer<typeof EditedLetterView>;
export type RedriveRunView = z.infer<typeof RedriveRunView>;
export type RedriveRunsView = z.infer<typeof RedriveRunsView>;
export type RedriveRunDetailView = z.infer<typeof RedriveRunDetailView>;
export type DryRunView = z.infer<typeof DryRunView>;
export type AuditView = z.infer<typeof AuditView>;
export type FieldChangeView = z.infer<typeof FieldChangeView>;
