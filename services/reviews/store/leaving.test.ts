import { describe, expect, test } from "bun:test";
import { Refusal } from "@app/platform/errors.ts";
import { row } from "@app/platform/messaging/handler.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { readSubject } from "../domain/subject.ts";
import { reviewsWorld, type World } from "../testing/world.ts";
import { removeOwnReview } from "./change-review.ts";
import { addComment, removeOwnComment } from "./comments.ts";
import { finishForgetting } from "./finish-forgetting.ts";
import { likeReview, unlikeReview } from "./like-review.ts";
import { report } from "./report.ts";
import { reviewsUnit } from "./unit.ts";

const never = new AbortController().signal;
const tables = ["purchases", "reviews", "comments", "likes", "reports", "idempotency_keys"];

/** What the consumer does with the deletions of one batch. */
const leave = ({ db, api }: World, ...people: readonly string[]) =>
  db.transaction(async (tx) => {
    const unit = reviewsUnit(tx, api.authors);
    await unit.lock(people.map((person) => row("writers", person)));
    for (const person of people) await unit.stores.people.forget(person);
  });

/** How many rows lead to somebody. */
async function left({ api, query }: World, people: readonly string[]): Promise<number> {
  const authors = people.map((person) => `'${api.authors.of(person)}'`).join();
  const counts = tables.map((table) => {
    const by = table === "idempotency_keys" ? "scope" : "author";
    return `(select count(*) from ${table} where ${by} in (${authors}))`;
  });
  const [row] = await query(`select (${counts.join(" + ")})::int as rows`);
  return Number(row?.rows);
}

describe("an account that goes while its owner writes", () => {
  test("leaves nothing that leads to it, and nobody meets in a deadlock", async () => {
    await using world = await reviewsWorld();
    const { api, db } = world;
    const people = Array.from({ length: 12 }, (_, n) => `person-${n}`);
    const ids = await Promise.all(people.map((person) => world.reviewed(person, "item:burger")));
    const said = await Promise.all(
      people.map((person, n) =>
        addComment(api, person, { reviewId: ids[(n + 1) % 12] ?? "", text: "So it is." }),
      ),
    );
    await Promise.all(people.flatMap((person) => ids.map((id) => likeReview(api, person, id))));

    const acts = people.flatMap((person, n) =>
      ids.map((reviewId, of) => async () => {
        const at = (n + of) % 6;
        const comment = said[n]?.comment;
        if (at === 0) await unlikeReview(api, person, reviewId);
        if (at === 1) await addComment(api, person, { reviewId, text: "Once more." });
        if (at === 2) await report(api, person, { reviewId, reason: "rude" });
        if (at === 3) await likeReview(api, person, reviewId);
        if (at === 4 && comment)
          await removeOwnComment(api, person, { reviewId: comment.reviewId, id: comment.id });
        if (at === 5 && n % 2 === 0) await removeOwnReview(api, person, ids[n] ?? "");
      }),
    );
    const leaving = [0, 4, 8].map((n) => () => leave(world, ...people.slice(n, n + 4)));
    const half = acts.length / 2;
    const all = [...acts.slice(0, half), ...leaving, ...acts.slice(half)];
    const ends = await Promise.allSettled(all.map((act) => act()));
    await finishForgetting(db, never);

    const failures = ends.filter(
      (end) => end.status === "rejected" && !(end.reason instanceof Refusal),
    );
    expect(failures).toEqual([]);
    expect(await left(world, people)).toBe(0);
    expect(await world.breaches()).toEqual([]);
  }, 60_000);

  test("is forgotten with a like that was under way", async () => {
    await using world = await reviewsWorld();
    const id = await world.reviewed("ada", "item:burger");
    const held = Promise.withResolvers<void>();
    const holding = world.db.transaction(async (tx) => {
      await tx.q.execute("select from reviews for update");
      await held.promise;
    });
    const waiting = "select count(*)::int as waiting from pg_stat_activity";
    const here = "datname = current_database() and wait_event_type = 'Lock'";
    const liking = likeReview(world.api, "bob", id);
    await eventually(async () => {
      expect(await world.query(`${waiting} where ${here}`)).toEqual([{ waiting: 1 }]);
    });
    await leave(world, "bob");
    held.resolve();
    await Promise.all([holding, liking]);
    expect(await left(world, ["bob"])).toBe(1);

    await finishForgetting(world.db, never);

    expect(await left(world, ["bob"])).toBe(0);
    expect(await world.breaches()).toEqual([]);
  });

  test("has no order or booking that is heard of later, however much later", async () => {
    await using world = await reviewsWorld();
    await leave(world, "ada");
    await world.query("update writers set left_at = now() - interval '2 hours'");
    await finishForgetting(world.db, never);
    expect(await world.query("select forgotten from writers")).toEqual([{ forgotten: true }]);

    await world.bought("ada", "item:burger");

    expect(await left(world, ["ada"])).toBe(0);
  });

  test("is forgotten to the last row, however many there are", async () => {
    await using world = await reviewsWorld();
    const author = world.api.authors.of("ada");
    await world.query(`insert into purchases select n, 'item:' || n, '${author}', 'CONFIRMED'
      from generate_series(1, 2500) n`);
    await leave(world, "ada");
    expect(await left(world, ["ada"])).toBe(1_500);

    await finishForgetting(world.db, never);

    expect(await left(world, ["ada"])).toBe(0);
  });

  test("bought under nothing that orders or bookings know", async () => {
    await using world = await reviewsWorld();
    await world.db.transaction((tx) =>
      reviewsUnit(tx, world.api.authors).stores.purchases.add({
        purchase: "order/17",
        accountId: "ada",
        subjects: [readSubject("item:burger")],
        state: "WAITING",
      }),
    );

    const [kept] = await world.query("select * from purchases");

    expect(Object.keys(kept ?? {})).toEqual(["purchase", "subject", "author", "state"]);
    expect(JSON.stringify(kept)).not.toMatch(/order|17"|ada/);
  });
});
