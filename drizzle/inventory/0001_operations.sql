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
ALTER TABLE "lanes" ADD COLUMN "left_up_to" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letter_revisions" ADD CONSTRAINT "dead_letter_revisions_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_run_id_redrive_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."redrive_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redrive_run_letters" ADD CONSTRAINT "redrive_run_letters_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "redrive_run_letters_pending" ON "redrive_run_letters" USING btree ("run_id","position") WHERE "redrive_run_letters"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "redrive_run_letters_letter" ON "redrive_run_letters" USING btree ("letter_id");--> statement-breakpoint
CREATE UNIQUE INDEX "redrive_runs_open" ON "redrive_runs" USING btree ("consumer") WHERE "redrive_runs"."state" in ('running', 'paused');--> statement-breakpoint
CREATE INDEX "redrive_runs_finished_at" ON "redrive_runs" USING btree ("finished_at");--> statement-breakpoint
CREATE INDEX "audit_target" ON "audit" USING btree ("target","id");