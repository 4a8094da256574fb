CREATE TABLE "event_ratings" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"reviews" bigint NOT NULL,
	"stars" bigint NOT NULL,
	"version" bigint NOT NULL,
	CONSTRAINT "event_ratings_stars_fit" CHECK ("event_ratings"."stars" between "event_ratings"."reviews" and "event_ratings"."reviews" * 5)
);
