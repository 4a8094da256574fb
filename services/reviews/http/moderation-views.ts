import { z } from "zod";

/** Something that was reported or hidden. Its author is shown to operators as to everybody. */
export const ModeratedView = z.object({
  kind: z.enum(["review", "comment"]),
  id: z.uuid(),
  reviewId: z.uuid(),
  subject: z.string(),
  author: z.string(),
  text: z.string(),
  rating: z.int().nullable(),
  reports: z.int(),
  reasons: z.array(z.string()),
  hiddenReason: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** Null where it was not changed since. */
  editedAt: z.iso.datetime().nullable(),
});

export const ModeratedListView = z.object({
  entries: z.array(ModeratedView),
  nextCursor: z.string().nullable(),
});
