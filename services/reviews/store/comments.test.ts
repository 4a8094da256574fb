import { describe, expect, test } from "bun:test";
import { served } from "../testing/served.ts";
import { reviewsWorld } from "../testing/world.ts";
import { addComment, removeOwnComment } from "./comments.ts";

describe("a comment under an idempotency key", () => {
  test("is one, however often and at once it is asked for, and counts once for the day", async () => {
    await using world = await reviewsWorld({ writesMax: 3 });
    const reviewId = await world.reviewed("ada", "item:burger");
    const comment = { reviewId, text: "So it is.", idempotencyKey: "key-1" };
    await addComment(world.api, "bob", { reviewId, text: "So it is." });

    const first = await addComment(world.api, "bob", comment);
    const again = await Promise.all([1, 2, 3].map(() => addComment(world.api, "bob", comment)));
    const others = await Promise.all([1, 2].map(() => addComment(world.api, "ada", comment)));

    expect(first.replayed).toBe(false);
    expect(again).toEqual([1, 2, 3].map(() => ({ ...first, replayed: true })));
    const [one, two] = others;
    expect(one?.comment).toEqual(two?.comment);
    expect(others.map(({ replayed }) => replayed).toSorted()).toEqual([false, true]);
    expect(await world.query("select count(*)::int as count from comments")).toEqual([
      { count: 3 },
    ]);
    expect(await world.query("select writes from writers")).toEqual([{ writes: 2 }, { writes: 2 }]);
    expect(await world.breaches()).toEqual([]);
  });

  test("is refused for another text, and does not come back once it was removed", async () => {
    await using world = await reviewsWorld();
    const reviewId = await world.reviewed("ada", "item:burger");
    const comment = { reviewId, text: "So it is.", idempotencyKey: "key-1" };
    const { id } = (await addComment(world.api, "bob", comment)).comment;

    const other = addComment(world.api, "bob", { ...comment, text: "No." });
    await expect(other).rejects.toMatchObject({ reason: "idempotency_key_reused" });
    await removeOwnComment(world.api, "bob", { reviewId, id });
    const again = addComment(world.api, "bob", comment);
    await expect(again).rejects.toMatchObject({ kind: "not_found" });
  });

  test("says by both doors that it is a repetition", async () => {
    await using world = await reviewsWorld();
    const { rpc } = served(world.api);
    const reviewId = await world.reviewed("ada", "item:burger");
    const seen: (string | null)[] = [];
    const options = {
      headers: { "idempotency-key": "key-1" },
      onHeader: (headers: Headers) => void seen.push(headers.get("idempotency-replayed")),
    };

    const asked = { reviewId, text: "So it is." };
    const first = await rpc("bob").addComment(asked, options);
    const second = await rpc("bob").addComment(asked, options);

    expect(second.comment).toEqual(first.comment);
    expect(second.comment?.text).toBe("So it is.");
    expect(seen).toEqual([null, "true"]);
  });
});
