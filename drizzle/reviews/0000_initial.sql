CREATE TABLE "message_attempts" (
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp (3) with time zone,
	"abandoned" integer DEFAULT 0 NOT NULL,
	"error" text,
	"first_failed_at" timestamp (3) with time zone,
	"last_failed_at" timestamp (3) with time zone,
	CONSTRAINT "message_attempts_consumer_event_id_pk" PRIMARY KEY("consumer","event_id")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"target" text NOT NULL,
	"detail" jsonb
);
--> statement-breakpoint
CREATE TABLE "broker_seen" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"returned_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dead_letter_revisions" (
	"letter_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"payload" "bytea" NOT NULL,
	"actor" text,
	"reason" text,
	"difference" jsonb,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dead_letter_revisions_letter_id_revision_pk" PRIMARY KEY("letter_id","revision")
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dead_letters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"consumer" text NOT NULL,
	"key" text,
	"version" bigint,
	"event_id" uuid NOT NULL,
	"stream" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"subject" text NOT NULL,
	"headers" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"first_failed_at" timestamp (3) with time zone,
	"last_failed_at" timestamp (3) with time zone,
	"state" text DEFAULT 'dead' NOT NULL,
	"reason" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"resource_id" text NOT NULL,
	"request_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_scope_key_pk" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"handled_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_consumer_event_id_pk" PRIMARY KEY("consumer","event_id")
);
--> statement-breakpoint
CREATE TABLE "lanes" (
	"consumer" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"waiting" integer DEFAULT 0 NOT NULL,
	"stuck" boolean DEFAULT false NOT NULL,
	"behind" boolean DEFAULT false NOT NULL,
	"left_up_to" bigint DEFAULT 0 NOT NULL,
	"moved_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lanes_consumer_key_pk" PRIMARY KEY("consumer","key")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"partition" smallint DEFAULT 0 NOT NULL,
	"event_id" uuid NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"subject" text NOT NULL,
	"headers" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"resent" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox_sent" (
	"slot" smallint NOT NULL,
	"id" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"subject" text NOT NULL,
	"headers" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"stream" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone NOT NULL
) PARTITION BY LIST ("slot");
--> statement-breakpoint
-- Written by hand, because drizzle-kit knows no partitions: a ring of slots, each of which is emptied
-- whole by TRUNCATE once its messages may be forgotten, without leaving dead rows behind.
DO $$ BEGIN FOR s IN 0..31 LOOP EXECUTE format('CREATE TABLE outbox_sent_%s PARTITION OF outbox_sent FOR VALUES IN (%s)', s, s); END LOOP; END $$;
--> statement-breakpoint
CREATE TABLE "parked" (
	"consumer" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"stream" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"subject" text NOT NULL,
	"headers" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"first_failed_at" timestamp (3) with time zone,
	"last_failed_at" timestamp (3) with time zone,
	"parked_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"abandoned" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "parked_consumer_key_version_pk" PRIMARY KEY("consumer","key","version")
);
--> statement-breakpoint
CREATE TABLE "redrive_run_letters" (
	"run_id" bigint NOT NULL,
	"position" integer NOT NULL,
	"letter_id" bigint NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"error" text,
	"started_at" timestamp (3) with time zone,
	"abandoned" integer DEFAULT 0 NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "redrive_run_letters_run_id_position_pk" PRIMARY KEY("run_id","position")
);
--> statement-breakpoint
CREATE TABLE "redrive_runs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "redrive_runs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"consumer" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"selection" jsonb NOT NULL,
	"canary" integer NOT NULL,
	"per_second" integer NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"actor" text NOT NULL,
	"problem" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "streams_seen" (
	"stream" text PRIMARY KEY NOT NULL,
	"created_at" text NOT NULL,
	"first_sequence" bigint NOT NULL,
	"last_sequence" bigint NOT NULL,
	"deleted" bigint NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"forgot" text
);
--> statement-breakpoint
CREATE TABLE "differences" (
	"kind" text NOT NULL,
	"stream" text NOT NULL,
	"consumer" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"key" text,
	"version" bigint,
	"subject" text NOT NULL,
	"confirmed" boolean DEFAULT false NOT NULL,
	"found_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "differences_kind_stream_consumer_sequence_pk" PRIMARY KEY("kind","stream","consumer","sequence")
);
--> statement-breakpoint
CREATE TABLE "invariants_checked" (
	"name" text PRIMARY KEY NOT NULL,
	"breaches" integer NOT NULL,
	"problem" text,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reconciled" (
	"kind" text NOT NULL,
	"stream" text NOT NULL,
	"consumer" text NOT NULL,
	"created_at" text NOT NULL,
	"sequence" bigint DEFAULT 0 NOT NULL,
	"target" bigint DEFAULT 0 NOT NULL,
	"witness_sequence" bigint DEFAULT 0 NOT NULL,
	"witness" text DEFAULT '' NOT NULL,
	"began_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reconciled_kind_stream_consumer_pk" PRIMARY KEY("kind","stream","consumer")
);
--> statement-breakpoint
CREATE TABLE "comments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"review_id" uuid NOT NULL,
	"author" text,
	"text" text NOT NULL,
	"reports" integer DEFAULT 0 NOT NULL,
	"hidden_at" timestamp (3) with time zone,
	"hidden_reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "comments_text_length" CHECK (char_length("comments"."text") between 1 and 1000),
	CONSTRAINT "comments_hidden_whole" CHECK (("comments"."hidden_at" is null) = ("comments"."hidden_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "likes" (
	"review_id" uuid NOT NULL,
	"author" text NOT NULL,
	CONSTRAINT "likes_review_id_author_pk" PRIMARY KEY("review_id","author")
);
--> statement-breakpoint
CREATE TABLE "purchases" (
	"purchase" text NOT NULL,
	"subject" text NOT NULL,
	"author" text NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "purchases_purchase_subject_pk" PRIMARY KEY("purchase","subject"),
	CONSTRAINT "purchases_state_known" CHECK ("purchases"."state" in ('WAITING', 'CONFIRMED', 'CANCELLED'))
);
--> statement-breakpoint
CREATE TABLE "ratings" (
	"subject" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"reviews" bigint DEFAULT 0 NOT NULL,
	"stars" bigint DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "ratings_key" UNIQUE("key"),
	CONSTRAINT "ratings_reviews_not_negative" CHECK ("ratings"."reviews" >= 0),
	CONSTRAINT "ratings_stars_fit" CHECK ("ratings"."stars" between "ratings"."reviews" and "ratings"."reviews" * 5)
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"review_id" uuid,
	"comment_id" uuid,
	"author" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reports_of_one_thing" CHECK (num_nonnulls("reports"."review_id", "reports"."comment_id") = 1),
	CONSTRAINT "reports_reason_length" CHECK (char_length("reports"."reason") between 1 and 500)
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"id" uuid PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"author" text,
	"rating" smallint NOT NULL,
	"text" text NOT NULL,
	"likes" integer DEFAULT 0 NOT NULL,
	"comments" integer DEFAULT 0 NOT NULL,
	"reports" integer DEFAULT 0 NOT NULL,
	"hidden_at" timestamp (3) with time zone,
	"hidden_reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"edited_at" timestamp (3) with time zone,
	CONSTRAINT "reviews_one_each" UNIQUE("subject","author"),
	CONSTRAINT "reviews_rating_range" CHECK ("reviews"."rating" between 1 and 5),
	CONSTRAINT "reviews_text_length" CHECK (char_length("reviews"."text") <= 2000),
	CONSTRAINT "reviews_likes_not_negative" CHECK ("reviews"."likes" >= 0),
	CONSTRAINT "reviews_comments_not_negative" CHECK ("reviews"."comments" >= 0),
	CONSTRAINT "reviews_hidden_whole" CHECK (("reviews"."hidden_at" is null) = ("reviews"."hidden_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "writers" (
	"author" text PRIMARY KEY NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"writes" integer NOT NULL,
	"left_at" timestamp (3) with time zone,
	"forgotten" boolean DEFAULT false NOT NULL,
	CONSTRAINT "writers_forgotten_left" CHECK ("writers"."left_at" is not null or not "writers"."forgotten")
);
--> statement-breakpoint
ALTER TABLE "dead_letter_revisions" ADD CONSTRAINT "dead_letter_revisions_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_run_id_redrive_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."redrive_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_review_id_reviews_id_fk" FOREIGN KEY ("review_id") REFERENCES "public"."reviews"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "likes" ADD CONSTRAINT "likes_review_id_reviews_id_fk" FOREIGN KEY ("review_id") REFERENCES "public"."reviews"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_review_id_reviews_id_fk" FOREIGN KEY ("review_id") REFERENCES "public"."reviews"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_comment_id_comments_id_fk" FOREIGN KEY ("comment_id") REFERENCES "public"."comments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_subject_ratings_subject_fk" FOREIGN KEY ("subject") REFERENCES "public"."ratings"("subject") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_target" ON "audit" USING btree ("target","id");--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_lane" ON "dead_letters" USING btree ("consumer","key","version");--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_keyless" ON "dead_letters" USING btree ("consumer","event_id") WHERE "dead_letters"."key" is null;--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("consumer","id") WHERE "dead_letters"."state" = 'dead';--> statement-breakpoint
CREATE INDEX "dead_letters_resolved_at" ON "dead_letters" USING btree ("resolved_at") WHERE "dead_letters"."state" <> 'dead';--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "inbox_handled_at" ON "inbox" USING btree ("handled_at");--> statement-breakpoint
CREATE INDEX "lanes_waiting" ON "lanes" USING btree ("consumer","key") WHERE "lanes"."waiting" > 0 or "lanes"."behind";--> statement-breakpoint
CREATE INDEX "outbox_sent_key" ON "outbox_sent" USING btree ("key","version");--> statement-breakpoint
CREATE INDEX "outbox_sent_sequence" ON "outbox_sent" USING btree ("stream","stream_sequence");--> statement-breakpoint
CREATE INDEX "redrive_run_letters_pending" ON "redrive_run_letters" USING btree ("run_id","position") WHERE "redrive_run_letters"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "redrive_run_letters_letter" ON "redrive_run_letters" USING btree ("letter_id");--> statement-breakpoint
CREATE UNIQUE INDEX "redrive_runs_open" ON "redrive_runs" USING btree ("consumer") WHERE "redrive_runs"."state" in ('running', 'paused');--> statement-breakpoint
CREATE INDEX "redrive_runs_finished_at" ON "redrive_runs" USING btree ("finished_at");--> statement-breakpoint
CREATE INDEX "comments_of_review" ON "comments" USING btree ("review_id","id") WHERE "comments"."hidden_at" is null;--> statement-breakpoint
CREATE INDEX "comments_author" ON "comments" USING btree ("author");--> statement-breakpoint
CREATE INDEX "comments_reported" ON "comments" USING btree ("id") WHERE "comments"."reports" > 0 or "comments"."hidden_at" is not null;--> statement-breakpoint
CREATE INDEX "likes_author" ON "likes" USING btree ("author");--> statement-breakpoint
CREATE INDEX "purchases_author" ON "purchases" USING btree ("author","subject");--> statement-breakpoint
CREATE UNIQUE INDEX "reports_of_review" ON "reports" USING btree ("review_id","author");--> statement-breakpoint
CREATE UNIQUE INDEX "reports_of_comment" ON "reports" USING btree ("comment_id","author");--> statement-breakpoint
CREATE INDEX "reports_author" ON "reports" USING btree ("author");--> statement-breakpoint
CREATE INDEX "reviews_new" ON "reviews" USING btree ("subject","id") WHERE "reviews"."hidden_at" is null;--> statement-breakpoint
CREATE INDEX "reviews_top" ON "reviews" USING btree ("subject","likes","id") WHERE "reviews"."hidden_at" is null;--> statement-breakpoint
CREATE INDEX "reviews_author" ON "reviews" USING btree ("author");--> statement-breakpoint
CREATE INDEX "reviews_reported" ON "reviews" USING btree ("id") WHERE "reviews"."reports" > 0 or "reviews"."hidden_at" is not null;--> statement-breakpoint
CREATE INDEX "writers_since" ON "writers" USING btree ("since") WHERE "writers"."left_at" is null;--> statement-breakpoint
CREATE INDEX "writers_leaving" ON "writers" USING btree ("author") WHERE "writers"."left_at" is not null and not "writers"."forgotten";