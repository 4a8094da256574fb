import { pageQuery, type ServiceNotes } from "@app/platform/openapi/call-notes.ts";
import { z } from "zod";
import { ModerationRequest } from "./moderation-requests.ts";
import { ModeratedListView } from "./moderation-views.ts";
import { CommentListView, CommentView, ReviewListView, ReviewView } from "./review-views.ts";

/** Read by `domain/subject.ts`. */
const subject = z.string().max(70).describe("`item:<sku>` or `event:<id>`.");
/** Read by `domain/review-request.ts`. */
const rating = z.int().min(1).max(5).describe("Stars.");
const text = z.string().max(2_000).describe("Plain text: nothing in it is rendered.").optional();
const Reason = z.object({ reason: z.string().max(500) });

const review = {
  id: "01900000-0000-7000-8000-700000000001",
  subject: "item:burger",
  rating: 5,
  text: "Just right.",
  author: "Quiet Otter 7Q2KM",
  likes: 3,
  comments: 1,
  mine: false,
  liked: false,
  createdAt: "2026-01-01T12:00:00.000Z",
};
const mine = { ...review, mine: true, likes: 0, comments: 0 };
const comment = {
  id: "01900000-0000-7000-8000-710000000001",
  text: "I agree.",
  author: "Merry Wren 4XK2P",
  mine: false,
  createdAt: review.createdAt,
};
const unknown = { 404: "There is no such review, or it was hidden." };
const noComment = { 404: "There is no such comment, or it was hidden." };
const notOwn = { 403: "Somebody else wrote it." };
const slow = { 429: "Too much was written in a day; `Retry-After` says when to go on." };
const moderated = { 204: "It is done, and audited.", 404: "There is no such thing." };

export const reviewsNotes: ServiceNotes = {
  title: "Reviews",
  description:
    "What customers say of dishes and events. Authors are shown by a handle that is the same for all that an account writes and leads back to it for nobody.",
  schemas: {
    Review: ReviewView,
    ReviewList: ReviewListView,
    Comment: CommentView,
    CommentList: CommentListView,
    ModeratedList: ModeratedListView,
  },
  params: { id: "The review's id, or that of what the path is about.", commentId: "Its id." },
  calls: {
    "GET /reviews": {
      summary: "List the reviews of a dish or an event",
      query: z.object({
        subject,
        sort: z.enum(["new", "top"]).describe("`top`: the most liked first.").optional(),
        ...pageQuery,
      }),
      example: {
        answer: { reviews: [review], nextCursor: null, rating: { reviews: 1, average: 5 } },
      },
    },
    "GET /reviews/by/me/of": {
      summary: "Show the caller's review of a subject, and whether there may be one",
      query: z.object({ subject }),
      example: { answer: { review: null, mayReview: true, reason: null } },
    },
    "GET /reviews/:id": {
      summary: "Show a review",
      example: { answer: review },
      answers: unknown,
    },
    "POST /reviews": {
      summary: "Review what was ordered or booked",
      body: z.object({ subject, rating, text }),
      example: { body: { subject: "item:burger", rating: 5, text: "Just right." }, answer: mine },
      answers: {
        201: "It is there for everybody.",
        403: "The caller has no confirmed order or booking of it; the detail says why.",
        409: "The caller reviewed it already.",
        ...slow,
      },
    },
    "PATCH /reviews/:id": {
      summary: "Change one's own review",
      body: z.object({ rating: rating.optional(), text }),
      example: { body: { rating: 4 }, answer: { ...mine, rating: 4 } },
      answers: { ...notOwn, ...unknown, ...slow },
    },
    "DELETE /reviews/:id": {
      summary: "Remove one's own review, with its likes and comments",
      answers: { 204: "It is gone.", ...notOwn, ...unknown },
    },
    "PUT /reviews/:id/like": {
      summary: "Like a review; a second time changes nothing",
      example: { answer: { likes: 4 } },
      answers: unknown,
    },
    "DELETE /reviews/:id/like": {
      summary: "Take a like back; without one nothing changes",
      example: { answer: { likes: 3 } },
      answers: unknown,
    },
    "POST /reviews/:id/report": {
      summary: "Tell operators of a review; a second time changes nothing",
      body: Reason,
      example: { body: { reason: "It insults the cook." } },
      answers: { 204: "They will see it.", ...unknown, ...slow },
    },
    "GET /reviews/:id/comments": {
      summary: "List the comments on a review, the oldest first",
      query: z.object(pageQuery),
      example: { answer: { comments: [comment], nextCursor: null } },
      answers: unknown,
    },
    "POST /reviews/:id/comments": {
      summary: "Say something to a review",
      body: z.object({ text: z.string().max(1_000) }),
      headers: ["Idempotency-Key"],
      example: { body: { text: "I agree." }, answer: { ...comment, mine: true } },
      answers: {
        201: "It is there for everybody.",
        422: "The Idempotency-Key was used for another comment.",
        ...unknown,
        ...slow,
      },
    },
    "DELETE /reviews/:id/comments/:commentId": {
      summary: "Remove one's own comment",
      answers: { 204: "It is gone.", ...notOwn, ...noComment },
    },
    "POST /reviews/:id/comments/:commentId/report": {
      summary: "Tell operators of a comment; a second time changes nothing",
      body: Reason,
      example: { body: { reason: "It insults the author." } },
      answers: { 204: "They will see it.", ...noComment, ...slow },
    },
    "GET /ops/v1/reviews": {
      summary: "List what was reported, or what is hidden, the newest first",
      query: ModerationRequest,
    },
    "POST /ops/v1/reviews/:id/hide": {
      summary: "Hide a review from everybody; its rating follows",
      body: Reason,
      example: { body: { reason: "It insults the cook." } },
      answers: moderated,
    },
    "POST /ops/v1/reviews/:id/show": {
      summary: "Show a review, again or as it is; its reports are answered",
      body: Reason,
      example: { body: { reason: "It was a mistake." } },
      answers: moderated,
    },
    "POST /ops/v1/comments/:id/hide": {
      summary: "Hide a comment from everybody",
      body: Reason,
      example: { body: { reason: "It insults the author." } },
      answers: moderated,
    },
    "POST /ops/v1/comments/:id/show": {
      summary: "Show a comment, again or as it is; its reports are answered",
      body: Reason,
      example: { body: { reason: "It was a mistake." } },
      answers: moderated,
    },
  },
};
