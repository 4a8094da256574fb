CREATE TABLE "item_ratings" (
	"sku" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"reviews" bigint DEFAULT 0 NOT NULL,
	"stars" bigint DEFAULT 0 NOT NULL,
	"version" bigint NOT NULL,
	CONSTRAINT "item_ratings_key" UNIQUE("key"),
	CONSTRAINT "item_ratings_stars_fit" CHECK ("item_ratings"."stars" between "item_ratings"."reviews" and "item_ratings"."reviews" * 5)
);
