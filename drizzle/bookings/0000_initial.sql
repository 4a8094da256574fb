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
CREATE TABLE "bookings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	"event_name" text NOT NULL,
	"user_id" text NOT NULL,
	"seats" integer NOT NULL,
	"status" text NOT NULL,
	"only_one" boolean NOT NULL,
	"hold_id" uuid,
	"reason" text,
	"version" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "bookings_status_known" CHECK ("bookings"."status" in ('CONFIRMED', 'CANCELLED', 'USED')),
	CONSTRAINT "bookings_seats_range" CHECK ("bookings"."seats" between 1 and 1000),
	CONSTRAINT "bookings_confirmed_untouched" CHECK (("bookings"."status" = 'CONFIRMED') = ("bookings"."ended_at" is null)),
	CONSTRAINT "bookings_cancelled_with_reason" CHECK (("bookings"."status" = 'CANCELLED') = ("bookings"."reason" is not null)),
	CONSTRAINT "bookings_version_counts_messages" CHECK ("bookings"."version" = case when "bookings"."status" = 'CANCELLED' then 2 else 1 end)
);
--> statement-breakpoint
CREATE TABLE "event_seats" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"capacity" integer NOT NULL,
	"announced_capacity" integer NOT NULL,
	"announced_version" bigint NOT NULL,
	"booked" integer DEFAULT 0 NOT NULL,
	"held" integer DEFAULT 0 NOT NULL,
	"cancelled_at" timestamp (3) with time zone,
	CONSTRAINT "event_seats_never_oversold" CHECK ("event_seats"."booked" + "event_seats"."held" <= "event_seats"."capacity"),
	CONSTRAINT "event_seats_capacity_as_announced" CHECK ("event_seats"."capacity" = greatest("event_seats"."announced_capacity", "event_seats"."booked" + "event_seats"."held")),
	CONSTRAINT "event_seats_booked_not_negative" CHECK ("event_seats"."booked" >= 0),
	CONSTRAINT "event_seats_held_not_negative" CHECK ("event_seats"."held" >= 0),
	CONSTRAINT "event_seats_announced_positive" CHECK ("event_seats"."announced_capacity" > 0)
);
--> statement-breakpoint
CREATE TABLE "event_view" (
	"generation" integer NOT NULL,
	"event_id" uuid NOT NULL,
	"version" bigint NOT NULL,
	"name" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"capacity" integer NOT NULL,
	"seats_max" integer NOT NULL,
	"one_booking_each" boolean NOT NULL,
	"cancelled" boolean NOT NULL,
	CONSTRAINT "event_view_generation_event_id_pk" PRIMARY KEY("generation","event_id")
);
--> statement-breakpoint
CREATE TABLE "event_view_state" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"live" integer NOT NULL,
	"building" integer,
	CONSTRAINT "event_view_state_one_row" CHECK ("event_view_state"."id" = 1),
	CONSTRAINT "event_view_state_building_is_newer" CHECK ("event_view_state"."building" > "event_view_state"."live")
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"seats" integer NOT NULL,
	"state" text NOT NULL,
	"booking_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "holds_state_known" CHECK ("holds"."state" in ('OPEN', 'CONFIRMED', 'RELEASED', 'EXPIRED')),
	CONSTRAINT "holds_seats_range" CHECK ("holds"."seats" between 1 and 1000),
	CONSTRAINT "holds_confirmed_is_booked" CHECK (("holds"."state" = 'CONFIRMED') = ("holds"."booking_id" is not null)),
	CONSTRAINT "holds_open_not_closed" CHECK (("holds"."state" = 'OPEN') = ("holds"."closed_at" is null))
);
--> statement-breakpoint
CREATE TABLE "rebuilds" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rebuilds_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"state" text DEFAULT 'running' NOT NULL,
	"generation" integer NOT NULL,
	"stream_created_at" text,
	"up_to" bigint DEFAULT 0 NOT NULL,
	"target" bigint,
	"messages" bigint DEFAULT 0 NOT NULL,
	"unreadable" bigint DEFAULT 0 NOT NULL,
	"changed" integer,
	"actor" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "rebuilds_state_known" CHECK ("rebuilds"."state" in ('running', 'done', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "ticket_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"private_key" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "dead_letter_revisions" ADD CONSTRAINT "dead_letter_revisions_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_run_id_redrive_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."redrive_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_event_id_event_seats_event_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."event_seats"("event_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_event_id_event_seats_event_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."event_seats"("event_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
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
CREATE UNIQUE INDEX "bookings_one_each" ON "bookings" USING btree ("event_id","user_id") WHERE "bookings"."only_one" and "bookings"."status" <> 'CANCELLED';--> statement-breakpoint
CREATE UNIQUE INDEX "bookings_hold" ON "bookings" USING btree ("hold_id");--> statement-breakpoint
CREATE INDEX "bookings_user" ON "bookings" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "bookings_event" ON "bookings" USING btree ("event_id","created_at","id");--> statement-breakpoint
CREATE INDEX "bookings_newest" ON "bookings" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "bookings_confirmed" ON "bookings" USING btree ("event_id","id") WHERE "bookings"."status" = 'CONFIRMED';--> statement-breakpoint
CREATE INDEX "event_seats_cancelled" ON "event_seats" USING btree ("event_id") WHERE "event_seats"."cancelled_at" is not null and "event_seats"."booked" + "event_seats"."held" > 0;--> statement-breakpoint
CREATE INDEX "holds_open" ON "holds" USING btree ("expires_at") WHERE "holds"."state" = 'OPEN';--> statement-breakpoint
CREATE INDEX "holds_open_of_event" ON "holds" USING btree ("event_id","expires_at") WHERE "holds"."state" = 'OPEN';--> statement-breakpoint
CREATE INDEX "holds_closed" ON "holds" USING btree ("closed_at") WHERE "holds"."state" <> 'OPEN';--> statement-breakpoint
CREATE UNIQUE INDEX "rebuilds_running" ON "rebuilds" USING btree ("state") WHERE "rebuilds"."state" = 'running';--> statement-breakpoint
-- Written by hand: the one row that says which generation of the projection is read.
INSERT INTO "event_view_state" ("live") VALUES (1);
