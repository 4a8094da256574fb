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
CREATE TABLE "sign_in_attempts" (
	"scope" "bytea" PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sign_in_attempts_not_negative" CHECK ("sign_in_attempts"."count" >= 0)
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"secret" "bytea" NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"token_hash_before" "bytea",
	"rotated_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"revoked_because" text,
	CONSTRAINT "sessions_rotated_whole" CHECK (("sessions"."token_hash_before" is null) = ("sessions"."rotated_at" is null)),
	CONSTRAINT "sessions_revoked_whole" CHECK (("sessions"."revoked_at" is null) = ("sessions"."revoked_because" is null))
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"sealed_private_key" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"signs_from" timestamp (3) with time zone NOT NULL,
	"tokens_until" timestamp (3) with time zone NOT NULL,
	"verifies_until" timestamp (3) with time zone,
	CONSTRAINT "signing_keys_public_length" CHECK (char_length("signing_keys"."public_key") = 43)
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"password_hash" text NOT NULL,
	"roles" text[] NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email_key"),
	CONSTRAINT "users_name_length" CHECK (char_length("users"."name") between 1 and 128),
	CONSTRAINT "users_email_length" CHECK (char_length("users"."email_key") between 3 and 254),
	CONSTRAINT "users_password_is_argon2id" CHECK ("users"."password_hash" like '$argon2id$%'),
	CONSTRAINT "users_roles_known" CHECK ("users"."roles" <@ array['customer', 'operator', 'organiser']),
	CONSTRAINT "users_version_positive" CHECK ("users"."version" >= 1)
);
--> statement-breakpoint
ALTER TABLE "dead_letter_revisions" ADD CONSTRAINT "dead_letter_revisions_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_run_id_redrive_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."redrive_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
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
CREATE INDEX "sign_in_attempts_expiry" ON "sign_in_attempts" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expiry" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "users_newest" ON "users" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "users_operators" ON "users" USING btree ("id") WHERE "users"."roles" @> array['operator'];