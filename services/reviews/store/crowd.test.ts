import { describe, expect, test } from "bun:test";
import { readSubject } from "../domain/subject.ts";
import { reviewsWorld } from "../testing/world.ts";
import { addReview } from "./add-review.ts";
import { changeOwnReview, removeOwnReview } from "./change-review.ts";
import { findReview } from "./find-review.ts";
import { likeReview, unlikeReview } from "./like-review.ts";
import { hide, show } from "./moderation.ts";
import { findRating } from "./ratings.ts";

const burger = readSubject("item:burger");
const people = (count: number) => Array.from({ length: count }, (_, n) => `person-${n}`);

describe("many at the same moment", () => {
  test("200 people like one review, twice each: it has 200 likes", async () => {
    await using world = await reviewsWorld();
    const id = await world.reviewed("ada", "item:burger");
    const crowd = people(200);

    const counts = await Promise.all(
      [...crowd, ...crowd].map((as) => likeReview(world.api, as, id)),
    );

    expect((await findReview(world.api, id, "person-7")).liked).toBe(true);
    expect((await findReview(world.api, id, undefined)).review.likes).toBe(200);
    expect(Math.max(...counts)).toBe(200);
    expect(await world.query("select count(*)::int as likes from likes")).toEqual([{ likes: 200 }]);
  }, 60_000);

  test("like and take back in turn, and the count is what is left", async () => {
    await using world = await reviewsWorld();
    const id = await world.reviewed("ada", "item:burger");
    const crowd = people(20);

    await Promise.all(
      crowd.flatMap((as) => [
        likeReview(world.api, as, id),
        unlikeReview(world.api, as, id),
        likeReview(world.api, as, id),
      ]),
    );

    expect(await world.breaches()).toEqual([]);
  }, 60_000);

  test("review, change, remove and hide: the rating is what a recount says", async () => {
    await using world = await reviewsWorld();
    const crowd = people(40);
    await Promise.all(crowd.map((as) => world.bought(as, "item:burger")));

    const added = await Promise.all(
      crowd.map((as, n) =>
        addReview(world.api, as, { subject: burger, rating: 1 + (n % 5), text: "" }),
      ),
    );
    await Promise.all(
      added.map(async ({ review: { id } }, n) => {
        const as = crowd[n] ?? "";
        const act = { kind: "review" as const, id, reason: "rude", actor: "opal" };
        if (n % 4 === 0) await removeOwnReview(world.api, as, id);
        if (n % 4 === 1)
          await changeOwnReview(world.api, as, { id, change: { rating: 5, text: undefined } });
        if (n % 4 >= 2) await hide(world.api, act);
        if (n % 4 === 3) await show(world.api, act);
      }),
    );

    const recount = await world.query(
      "select count(*)::int as reviews, sum(rating)::int as stars from reviews where hidden_at is null",
    );
    const rating = await findRating(world.db, burger);
    expect<unknown>([rating]).toEqual(recount);
    expect(rating.reviews).toBe(20);
    expect(await world.breaches()).toEqual([]);
    const announced = await world.announced();
    expect(announced.map(({ version }) => version)).toEqual(announced.map((_, n) => n + 1));
    expect(announced.at(-1)?.message.rating).toMatchObject({
      reviews: BigInt(rating.reviews),
      stars: BigInt(rating.stars),
    });
  }, 60_000);

  test("one person reviews once, however often it is tried at once", async () => {
    await using world = await reviewsWorld();
    await world.bought("ada", "item:burger");
    const wanted = { subject: burger, rating: 5, text: "" };

    const tries = await Promise.allSettled(
      [1, 2, 3, 4, 5].map(() => addReview(world.api, "ada", wanted)),
    );

    const refused = tries.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(4);
    for (const one of refused)
      expect(one).toMatchObject({ reason: { reason: "already_reviewed", kind: "conflict" } });
    expect(await findRating(world.db, burger)).toEqual({ reviews: 1, stars: 5 });
  });
});
