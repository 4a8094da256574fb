import { describe, expect, test } from "bun:test";
import { reviewsWorld, type World } from "../testing/world.ts";
import { changeOwnReview, removeOwnReview } from "./change-review.ts";
import { addComment, removeOwnComment } from "./comments.ts";
import { countReported } from "./count-reported.ts";
import { hide, listModerated } from "./moderation.ts";
import { report } from "./report.ts";

/** What waits for operators, read two at a time. */
async function waiting({ api }: World): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 10; pages += 1) {
    const page = await listModerated(api, { state: "reported", cursor, limit: 2 });
    ids.push(...page.entries.map(({ id }) => id));
    cursor = page.nextCursor;
    if (cursor === undefined) return ids;
  }
  throw new Error("there are more pages than things");
}

describe("what was reported", () => {
  test("is listed newest first, reviews and comments together, and counted while it is shown", async () => {
    await using world = await reviewsWorld();
    const { api, db } = world;
    const ids: string[] = [];
    for (const person of ["ada", "bob", "cleo"]) {
      const reviewId = await world.reviewed(person, "item:burger");
      const { comment } = await addComment(api, person, { reviewId, text: "So it is." });
      await report(api, "eve", { reviewId, reason: "rude" });
      await report(api, "eve", { reviewId, commentId: comment.id, reason: "rude" });
      ids.unshift(comment.id, reviewId);
    }

    expect(await waiting(world)).toEqual(ids);
    expect(await countReported(db)).toBe(6);
    const [, newest = ""] = ids;
    await hide(api, { kind: "review", id: newest, reason: "rude", actor: "opal" });
    expect(await waiting(world)).toEqual(ids.slice(2));
    expect(await countReported(db)).toBe(4);
  });

  test("twice, or a change that changes nothing, takes nothing of a day's share", async () => {
    await using world = await reviewsWorld({ writesMax: 3 });
    const reviewId = await world.reviewed("ada", "item:burger");
    for (let times = 0; times < 5; times += 1)
      await report(world.api, "ada", { reviewId, reason: "a slip" });
    const change = { rating: undefined, text: "Good." };
    const same = await changeOwnReview(world.api, "ada", { id: reviewId, change });

    expect(same.review.editedAt).toBeNull();
    expect(await world.query("select writes from writers")).toEqual([{ writes: 2 }]);
  });
});

describe("what is hidden", () => {
  test("may be removed by who wrote it, and is there for nobody else", async () => {
    await using world = await reviewsWorld();
    const { api } = world;
    const reviewId = await world.reviewed("ada", "item:burger");
    const { comment } = await addComment(api, "bob", { reviewId, text: "So it is." });
    const place = { reviewId, id: comment.id };
    const because = { reason: "rude", actor: "opal" };
    await hide(api, { kind: "comment", id: comment.id, ...because });
    await hide(api, { kind: "review", id: reviewId, ...because });

    const strange = [removeOwnComment(api, "eve", place), removeOwnReview(api, "eve", reviewId)];
    for (const removing of strange)
      await expect(removing).rejects.toMatchObject({ kind: "not_found" });
    await removeOwnComment(api, "bob", place);
    expect(await world.breaches()).toEqual([]);
    await removeOwnReview(api, "ada", reviewId);

    expect(await world.query("select id from reviews union all select id from comments")).toEqual(
      [],
    );
    expect(await world.breaches()).toEqual([]);
  });
});
