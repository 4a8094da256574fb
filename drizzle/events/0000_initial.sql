-- Trusted extensions: the owner of the database may create them. btree_gist lets the exclusion
-- constraint below compare halls, pg_trgm finds words that are like a misspelt one.
CREATE EXTENSION IF NOT EXISTS btree_gist;--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
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
CREATE TABLE "booked_seats" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"seats" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "booked_seats_not_negative" CHECK ("booked_seats"."seats" >= 0)
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"duration_minutes" integer NOT NULL,
	"location_id" uuid NOT NULL,
	"hall_id" uuid NOT NULL,
	"hall_capacity" integer NOT NULL,
	"country_key" text NOT NULL,
	"capacity" integer NOT NULL,
	"seats_max" integer NOT NULL,
	"one_booking_each" boolean NOT NULL,
	"status" text NOT NULL,
	"organiser_id" text NOT NULL,
	"search" "tsvector" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "events_name_length" CHECK (char_length("events"."name") between 1 and 200),
	CONSTRAINT "events_ends_after_start" CHECK ("events"."ends_at" > "events"."starts_at"),
	CONSTRAINT "events_duration_not_negative" CHECK ("events"."duration_minutes" >= 0),
	CONSTRAINT "events_capacity_in_hall" CHECK ("events"."capacity" >= 1 and "events"."capacity" <= "events"."hall_capacity"),
	CONSTRAINT "events_seats_max_range" CHECK ("events"."seats_max" between 1 and 1000),
	CONSTRAINT "events_status_known" CHECK ("events"."status" in ('SCHEDULED', 'CANCELLED')),
	CONSTRAINT "events_version_positive" CHECK ("events"."version" >= 1)
);
--> statement-breakpoint
CREATE TABLE "halls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"location_id" uuid NOT NULL,
	"name" text NOT NULL,
	"place" text,
	"capacity" integer NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "halls_position" UNIQUE("location_id","position"),
	CONSTRAINT "halls_seats" UNIQUE("location_id","id","capacity"),
	CONSTRAINT "halls_name_length" CHECK (char_length("halls"."name") between 1 and 200),
	CONSTRAINT "halls_capacity_range" CHECK ("halls"."capacity" between 1 and 1000000)
);
--> statement-breakpoint
CREATE TABLE "locations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"country" text NOT NULL,
	"open_time" integer NOT NULL,
	"close_time" integer NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "locations_name_length" CHECK (char_length("locations"."name") between 1 and 200),
	CONSTRAINT "locations_hours" CHECK ("locations"."open_time" between 0 and 24 and "locations"."close_time" between 0 and 24),
	CONSTRAINT "locations_version_positive" CHECK ("locations"."version" >= 1)
);
--> statement-breakpoint
CREATE TABLE "search_words" (
	"word" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "dead_letter_revisions" ADD CONSTRAINT "dead_letter_revisions_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_run_id_redrive_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."redrive_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_hall" FOREIGN KEY ("location_id","hall_id","hall_capacity") REFERENCES "public"."halls"("location_id","id","capacity") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "halls" ADD CONSTRAINT "halls_location_id_locations_id_fk" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
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
CREATE INDEX "events_by_start" ON "events" USING btree ("starts_at","id");--> statement-breakpoint
CREATE INDEX "events_by_country" ON "events" USING btree ("country_key","starts_at","id");--> statement-breakpoint
CREATE INDEX "events_by_name" ON "events" USING btree ("name_key","starts_at","id");--> statement-breakpoint
CREATE INDEX "events_running" ON "events" USING gist (tstzrange("starts_at", "ends_at")) WHERE "events"."status" = 'SCHEDULED';--> statement-breakpoint
CREATE INDEX "events_search" ON "events" USING gin ("search") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "search_words_similar" ON "search_words" USING gin ("word" gin_trgm_ops);--> statement-breakpoint
-- Of two events that take place, no two overlap in one hall; one may begin when the other ends.
ALTER TABLE "events" ADD CONSTRAINT "events_hall_is_free" EXCLUDE USING gist ("hall_id" WITH =, tstzrange("starts_at", "ends_at") WITH &&) WHERE ("status" = 'SCHEDULED');--> statement-breakpoint
-- More of the frequent words are known, so that the planner tells rare ones from frequent ones.
ALTER TABLE "events" ALTER COLUMN "search" SET STATISTICS 1000;
