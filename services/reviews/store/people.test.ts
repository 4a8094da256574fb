import { describe, expect, test } from "bun:test";
import { readSubject } from "../domain/subject.ts";
import { reviewsWorld } from "../testing/world.ts";
import { addReview } from "./add-review.ts";
import { addComment } from "./comments.ts";
import { findOwnReview, findReview } from "./find-review.ts";
import { likeReview } from "./like-review.ts";
import { report } from "./report.ts";
import { reviewsUnit } from "./unit.ts";

const burger = readSubject("item:burger");

describe("who may review", () => {
  test("is told why not, and may as soon as the order is confirmed", async () => {
    await using world = await reviewsWorld();
    const why = async () => (await findOwnReview(world.api, "ada", burger)).reason;

    expect(await why()).toBe("only who has a confirmed order of it may review it");
    await world.db.transaction((tx) =>
      reviewsUnit(tx, world.api.authors).stores.purchases.add({
        purchase: "order/7",
        accountId: "ada",
        subjects: [burger],
        state: "WAITING",
      }),
    );
    expect(await why()).toBe("your order is not confirmed yet");
    const settle = (state: "CONFIRMED" | "CANCELLED") =>
      world.db.transaction((tx) =>
        reviewsUnit(tx, world.api.authors).stores.purchases.settle("order/7", state),
      );
    await settle("CONFIRMED");
    expect(await findOwnReview(world.api, "ada", burger)).toMatchObject({
      mayReview: true,
      reason: "",
    });
    await settle("CANCELLED");
    expect(await why()).toBe("your order was cancelled");
    await settle("CONFIRMED");
    expect(await why()).toBe("your order was cancelled");
  });

  test("writes so much a day, and what is refused does not count", async () => {
    await using world = await reviewsWorld({ writesMax: 2 });
    const id = await world.reviewed("ada", "item:burger");
    const tooEarly = addReview(world.api, "ada", {
      subject: readSubject("item:pizza"),
      rating: 1,
      text: "",
    });
    await expect(tooEarly).rejects.toMatchObject({ reason: "not_confirmed" });
    await addComment(world.api, "ada", { reviewId: id, text: "Thanks." });

    const third = addComment(world.api, "ada", { reviewId: id, text: "Again." });

    await expect(third).rejects.toMatchObject({ kind: "limited", reason: "too_much_written" });
    await world.query("update writers set since = now() - interval '25 hours'");
    await addComment(world.api, "ada", { reviewId: id, text: "A day later." });
    expect((await findReview(world.api, id, undefined)).review.comments).toBe(2);
    expect(await world.breaches()).toEqual([]);
  });
});

describe("whoever leaves", () => {
  test("leaves reviews of a former customer, and nothing that leads back", async () => {
    await using world = await reviewsWorld();
    const id = await world.reviewed("ada", "item:burger", 2);
    const other = await world.reviewed("bob", "item:burger", 4);
    await likeReview(world.api, "ada", other);
    await addComment(world.api, "ada", { reviewId: other, text: "No." });
    await report(world.api, "ada", { reviewId: other, reason: "rude" });

    await world.db.transaction((tx) =>
      reviewsUnit(tx, world.api.authors).stores.people.forget("ada"),
    );

    const author = world.api.authors.of("ada");
    const { review, mine } = await findReview(world.api, id, "ada");
    expect([review.author, mine]).toEqual([null, false]);
    expect((await findReview(world.api, other, "ada")).review).toMatchObject({
      likes: 1,
      comments: 1,
    });
    for (const table of ["purchases", "reviews", "comments", "likes", "reports"])
      expect(await world.query(`select * from ${table} where author = '${author}'`)).toEqual([]);
    expect(await world.breaches()).toEqual([]);
  });

  test("writes and likes nothing more by a token that is still good", async () => {
    await using world = await reviewsWorld();
    const id = await world.reviewed("bob", "item:burger");
    await world.db.transaction((tx) =>
      reviewsUnit(tx, world.api.authors).stores.people.forget("ada"),
    );
    // An order that was under way is heard of later.
    await world.bought("ada", "item:burger");

    const review = addReview(world.api, "ada", { subject: burger, rating: 1, text: "" });
    await expect(review).rejects.toMatchObject({ reason: "account_gone" });
    const comment = addComment(world.api, "ada", { reviewId: id, text: "Me again" });
    await expect(comment).rejects.toMatchObject({ reason: "account_gone" });
    expect(await likeReview(world.api, "ada", id)).toBe(0);
    expect(await likeReview(world.api, "eve", id)).toBe(1);
  });
});
