import { instant } from "@app/platform/messaging/tables.ts";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/*
 * Rows are locked in one order by whoever waits for them: writers, purchases, ratings, reviews, comments,
 * likes, reports; of one table in the order of their keys. What forgets somebody waits for none.
 */

export type PurchaseState = "WAITING" | "CONFIRMED" | "CANCELLED";

/**
 * Who bought what, from the messages of orders and bookings alone: one row for each thing of an order
 * or booking. People stand here and everywhere by the keyed hash of their account.
 */
export const purchases = pgTable(
  "purchases",
  {
    /**
     * The keyed hash of `order/17` or `booking/<id>`, the key of its messages: in clear it would lead
     * to the account in the database of orders.
     */
    purchase: text("purchase").notNull(),
    subject: text("subject").notNull(),
    author: text("author").notNull(),
    state: text("state").$type<PurchaseState>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.purchase, t.subject] }),
    index("purchases_author").on(t.author, t.subject),
    check("purchases_state_known", sql`${t.state} in ('WAITING', 'CONFIRMED', 'CANCELLED')`),
  ],
);

/** What the reviews of each subject that are shown come to; `invariants.ts` compares it with them. */
export const ratings = pgTable(
  "ratings",
  {
    subject: text("subject").primaryKey(),
    /** Of its messages, such as `event_rating/<id>`. */
    key: text("key").notNull(),
    reviews: bigint("reviews", { mode: "number" }).notNull().default(0),
    /** The sum of their stars. */
    stars: bigint("stars", { mode: "number" }).notNull().default(0),
    /** Messages announced about it. */
    version: bigint("version", { mode: "number" }).notNull().default(0),
  },
  (t) => [
    unique("ratings_key").on(t.key),
    check("ratings_reviews_not_negative", sql`${t.reviews} >= 0`),
    check("ratings_stars_fit", sql`${t.stars} between ${t.reviews} and ${t.reviews} * 5`),
  ],
);

/** What operators did to something that was written. */
const moderated = {
  reports: integer("reports").notNull().default(0),
  hiddenAt: instant("hidden_at"),
  hiddenReason: text("hidden_reason"),
};

/** One row per review. Whoever changes what it adds to its rating holds the lock of the rating's row. */
export const reviews = pgTable(
  "reviews",
  {
    id: uuid("id").primaryKey(),
    subject: text("subject")
      .notNull()
      .references(() => ratings.subject),
    /** Null once the account is gone. */
    author: text("author"),
    rating: smallint("rating").notNull(),
    text: text("text").notNull(),
    likes: integer("likes").notNull().default(0),
    /** Those that are shown. */
    comments: integer("comments").notNull().default(0),
    ...moderated,
    createdAt: instant("created_at").notNull().defaultNow(),
    editedAt: instant("edited_at"),
  },
  (t) => [
    unique("reviews_one_each").on(t.subject, t.author),
    index("reviews_new").on(t.subject, t.id).where(sql`${t.hiddenAt} is null`),
    index("reviews_top").on(t.subject, t.likes, t.id).where(sql`${t.hiddenAt} is null`),
    index("reviews_author").on(t.author),
    index("reviews_reported").on(t.id).where(sql`${t.reports} > 0 or ${t.hiddenAt} is not null`),
    check("reviews_rating_range", sql`${t.rating} between 1 and 5`),
    check("reviews_text_length", sql`char_length(${t.text}) <= 2000`),
    check("reviews_likes_not_negative", sql`${t.likes} >= 0`),
    check("reviews_comments_not_negative", sql`${t.comments} >= 0`),
    check("reviews_hidden_whole", sql`(${t.hiddenAt} is null) = (${t.hiddenReason} is null)`),
  ],
);

export const comments = pgTable(
  "comments",
  {
    id: uuid("id").primaryKey(),
    reviewId: uuid("review_id")
      .notNull()
      .references(() => reviews.id, { onDelete: "cascade" }),
    author: text("author"),
    text: text("text").notNull(),
    ...moderated,
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    index("comments_of_review").on(t.reviewId, t.id).where(sql`${t.hiddenAt} is null`),
    index("comments_author").on(t.author),
    index("comments_reported").on(t.id).where(sql`${t.reports} > 0 or ${t.hiddenAt} is not null`),
    check("comments_text_length", sql`char_length(${t.text}) between 1 and 1000`),
    check("comments_hidden_whole", sql`(${t.hiddenAt} is null) = (${t.hiddenReason} is null)`),
  ],
);

/** Who likes what: one row per person and review, and `reviews.likes` counts them. */
export const likes = pgTable(
  "likes",
  {
    reviewId: uuid("review_id")
      .notNull()
      .references(() => reviews.id, { onDelete: "cascade" }),
    /** Of somebody who left, something that is nobody's. */
    author: text("author").notNull(),
  },
  (t) => [primaryKey({ columns: [t.reviewId, t.author] }), index("likes_author").on(t.author)],
);

/** What people told operators of: one row per person and thing. */
export const reports = pgTable(
  "reports",
  {
    id: uuid("id").primaryKey(),
    reviewId: uuid("review_id").references(() => reviews.id, { onDelete: "cascade" }),
    commentId: uuid("comment_id").references(() => comments.id, { onDelete: "cascade" }),
    author: text("author").notNull(),
    reason: text("reason").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("reports_of_review").on(t.reviewId, t.author),
    uniqueIndex("reports_of_comment").on(t.commentId, t.author),
    index("reports_author").on(t.author),
    check("reports_of_one_thing", sql`num_nonnulls(${t.reviewId}, ${t.commentId}) = 1`),
    check("reports_reason_length", sql`char_length(${t.reason}) between 1 and 500`),
  ],
);

/**
 * What each person wrote in a day that began with the first of it. The row of somebody whose account is
 * gone stays, so that nothing that is heard of later is kept under the name of theirs.
 */
export const writers = pgTable(
  "writers",
  {
    author: text("author").primaryKey(),
    since: instant("since").notNull(),
    writes: integer("writes").notNull(),
    /** When it was heard that the account is gone. */
    leftAt: instant("left_at"),
    /** Whether nothing of theirs is left, and nothing can come any more. */
    forgotten: boolean("forgotten").notNull().default(false),
  },
  (t) => [
    index("writers_since").on(t.since).where(sql`${t.leftAt} is null`),
    index("writers_leaving")
      .on(t.author)
      .where(sql`${t.leftAt} is not null and not ${t.forgotten}`),
    check("writers_forgotten_left", sql`${t.leftAt} is not null or not ${t.forgotten}`),
  ],
);
