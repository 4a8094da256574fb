CREATE SEQUENCE "public"."orders_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
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
CREATE TABLE "orders" (
	"id" bigint PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"note" text NOT NULL,
	"status" text NOT NULL,
	"sku" text NOT NULL,
	"quantity" integer NOT NULL,
	"lines" jsonb,
	"skus" text[],
	"reason" text,
	"missing" text[],
	"prices_cents" bigint[],
	"total_cents" bigint,
	"version" bigint NOT NULL,
	"deadline_seconds" integer,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone,
	CONSTRAINT "orders_status_known" CHECK ("orders"."status" in ('PENDING', 'CONFIRMED', 'CANCELLED')),
	CONSTRAINT "orders_quantity_range" CHECK ("orders"."quantity" between 1 and 1000000),
	CONSTRAINT "orders_version_positive" CHECK ("orders"."version" >= 1),
	CONSTRAINT "orders_pending_untouched" CHECK (("orders"."status" = 'PENDING') = ("orders"."version" = 1 and "orders"."updated_at" is null)),
	CONSTRAINT "orders_confirmed_priced" CHECK ("orders"."status" <> 'CONFIRMED' or "orders"."total_cents" is not null),
	CONSTRAINT "orders_cancelled_with_reason" CHECK (("orders"."status" = 'CANCELLED') = ("orders"."reason" is not null and "orders"."missing" is not null)),
	CONSTRAINT "orders_priced_whole" CHECK (("orders"."total_cents" is null) = ("orders"."prices_cents" is null)),
	CONSTRAINT "orders_lines_whole" CHECK (("orders"."lines" is null) = ("orders"."skus" is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_lane" ON "dead_letters" USING btree ("consumer","key","version");--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_keyless" ON "dead_letters" USING btree ("consumer","event_id") WHERE "dead_letters"."key" is null;--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("consumer","id") WHERE "dead_letters"."state" = 'dead';--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "inbox_handled_at" ON "inbox" USING btree ("handled_at");--> statement-breakpoint
CREATE INDEX "lanes_waiting" ON "lanes" USING btree ("consumer","key") WHERE "lanes"."waiting" > 0 or "lanes"."behind";--> statement-breakpoint
CREATE INDEX "outbox_sent_key" ON "outbox_sent" USING btree ("key","version");--> statement-breakpoint
CREATE INDEX "outbox_sent_sequence" ON "outbox_sent" USING btree ("stream","stream_sequence");--> statement-breakpoint
CREATE INDEX "orders_user" ON "orders" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_newest" ON "orders" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "orders_sku" ON "orders" USING btree ("sku","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_skus" ON "orders" USING gin ("skus") WHERE "orders"."skus" is not null;--> statement-breakpoint
CREATE INDEX "orders_cancelled" ON "orders" USING btree ("created_at","id") WHERE "orders"."status" = 'CANCELLED';--> statement-breakpoint
CREATE INDEX "orders_pending" ON "orders" USING btree ("created_at","id") WHERE "orders"."status" = 'PENDING';--> statement-breakpoint
CREATE INDEX "orders_pending_own_deadline" ON "orders" USING btree ("created_at","id") WHERE "orders"."status" = 'PENDING' and "orders"."deadline_seconds" is not null;