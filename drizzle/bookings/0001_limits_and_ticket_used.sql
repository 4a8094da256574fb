ALTER TABLE "bookings" DROP CONSTRAINT "bookings_version_counts_messages";--> statement-breakpoint
CREATE INDEX "holds_open_of_user" ON "holds" USING btree ("user_id","expires_at") WHERE "holds"."state" = 'OPEN';--> statement-breakpoint
-- Of tickets that were used before it was announced nothing is asked: their bookings never change again.
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_version_counts_messages" CHECK ("bookings"."version" = case when "bookings"."status" = 'CONFIRMED' then 1 else 2 end) NOT VALID;