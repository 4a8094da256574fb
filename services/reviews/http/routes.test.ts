import { describe, expect, test } from "bun:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { countReported } from "../store/count-reported.ts";
import { served } from "../testing/served.ts";
import { reviewsWorld } from "../testing/world.ts";

const wish = { subject: "item:burger", rating: 5, text: "<b>Best</b> https://example.com" };
const operator = { as: "opal", roles: ["operator"] } as const;

describe("reviews", () => {
  test("are written, found, changed and removed by their author", async () => {
    await using world = await reviewsWorld();
    const { call } = served(world.api);
    await world.bought("ada", "item:burger");

    const added = await call("POST", "/reviews", { as: "ada", body: wish });
    const path = added.headers.get("location") ?? "";
    const [mine, others] = [await call("GET", path, { as: "ada" }), await call("GET", path)];
    const again = await call("POST", "/reviews", { as: "ada", body: wish });
    const changed = await call("PATCH", path, { as: "ada", body: { rating: 3 } });
    const foreign = await call("PATCH", path, { as: "bob", body: { rating: 1 } });
    const listed = await call("GET", "/reviews?subject=item:burger");

    expect([added.status, again.status, changed.status]).toEqual([201, 409, 200]);
    // What was written is given back as it is: pages show it as text.
    expect(mine.body).toMatchObject({ ...wish, mine: true, liked: false, likes: 0 });
    expect(others.body).toEqual({ ...mine.body, mine: false });
    expect(again.body.detail).toBe("already reviewed");
    expect(changed.body).toMatchObject({ rating: 3, text: wish.text });
    expect(changed.body.editedAt).toBeString();
    expect([foreign.status, foreign.body.detail]).toEqual([403, "only its author may change it"]);
    expect(listed.body).toMatchObject({
      reviews: [{ rating: 3, mine: false }],
      nextCursor: null,
      rating: { reviews: 1, average: 3 },
    });
    expect((await call("DELETE", path, { as: "bob" })).status).toBe(403);
    expect((await call("DELETE", path, { as: "ada" })).status).toBe(204);
    expect((await call("GET", path)).status).toBe(404);
    expect((await call("GET", "/reviews?subject=item:burger")).body.rating.reviews).toBe(0);
    expect(await world.breaches()).toEqual([]);
  });

  test("are for those whose order or booking was confirmed, and others are told why", async () => {
    await using world = await reviewsWorld();
    const { call } = served(world.api);
    const event = `event:${Bun.randomUUIDv7()}`;
    await world.bought("ada", "item:burger", "WAITING");

    const guest = await call("POST", "/reviews", { body: wish });
    const waiting = await call("POST", "/reviews", { as: "ada", body: wish });
    const nothing = await call("POST", "/reviews", {
      as: "ada",
      body: { ...wish, subject: event },
    });
    await world.bought("ada", event);
    const allowed = await call("POST", "/reviews", {
      as: "ada",
      body: { ...wish, subject: event },
    });

    expect(guest.status).toBe(401);
    expect([waiting.status, waiting.body.detail]).toEqual([403, "your order is not confirmed yet"]);
    expect([nothing.status, nothing.body.detail]).toEqual([
      403,
      "only who has a confirmed booking of it may review it",
    ]);
    expect(allowed.status).toBe(201);
    const own = await call("GET", `/reviews/by/me/of?subject=${event}`, { as: "ada" });
    expect(own.body).toMatchObject({ mayReview: false, reason: "already reviewed" });
    expect(own.body.review.id).toBe(allowed.body.id);
    expect((await world.announced()).map(({ key }) => key)).toEqual([
      `event_rating/${event.slice("event:".length)}`,
    ]);
  });

  test("are listed newest first or most liked first, page by page", async () => {
    await using world = await reviewsWorld();
    const { call } = served(world.api);
    const ids: string[] = [];
    for (const as of ["ada", "bob", "cleo"]) ids.push(await world.reviewed(as, "item:burger"));
    await call("PUT", `/reviews/${ids[0]}/like`, { as: "bob" });
    await call("PUT", `/reviews/${ids[0]}/like`, { as: "cleo" });
    await call("PUT", `/reviews/${ids[1]}/like`, { as: "cleo" });

    const pages = async (sort: string) => {
      const path = `/reviews?subject=item:burger&limit=2&sort=${sort}`;
      const first = (await call("GET", path, { as: "cleo" })).body;
      const rest = (await call("GET", `${path}&cursor=${first.nextCursor}`)).body;
      expect(rest.nextCursor).toBeNull();
      return [...first.reviews, ...rest.reviews].map(({ id }: { id: string }) => ids.indexOf(id));
    };

    expect(await pages("new")).toEqual([2, 1, 0]);
    expect(await pages("top")).toEqual([0, 1, 2]);
    expect((await call("GET", "/reviews?subject=item:burger&cursor=nonsense")).status).toBe(400);
    expect((await call("GET", "/reviews")).body.detail).toBe("subject is required");
  });

  test("take likes and comments, and give them back", async () => {
    await using world = await reviewsWorld();
    const { call } = served(world.api);
    const path = `/reviews/${await world.reviewed("ada", "item:burger")}`;

    const likes = [
      await call("PUT", `${path}/like`, { as: "bob" }),
      await call("PUT", `${path}/like`, { as: "bob" }),
      await call("DELETE", `${path}/like`, { as: "bob" }),
      await call("DELETE", `${path}/like`, { as: "bob" }),
    ];
    const said = await call("POST", `${path}/comments`, { as: "bob", body: { text: "So true" } });
    const listed = await call("GET", `${path}/comments`, { as: "bob" });
    const place = `${path}/comments/${said.body.id}`;

    expect(likes.map(({ body }) => body.likes)).toEqual([1, 1, 0, 0]);
    expect(said.status).toBe(201);
    expect(listed.body).toEqual({ comments: [said.body], nextCursor: null });
    expect((await call("GET", path)).body.comments).toBe(1);
    expect((await call("DELETE", place, { as: "ada" })).status).toBe(403);
    expect((await call("DELETE", place, { as: "bob" })).status).toBe(204);
    expect((await call("DELETE", place, { as: "bob" })).status).toBe(404);
    expect((await call("PUT", `/reviews/${Bun.randomUUIDv7()}/like`, { as: "bob" })).status).toBe(
      404,
    );
    expect(await world.breaches()).toEqual([]);
  });

  test("are reported by people and hidden by operators, who leave their name and reason", async () => {
    await using world = await reviewsWorld();
    const { call } = served(world.api);
    const id = await world.reviewed("ada", "item:burger", 1);
    const path = `/reviews/${id}`;
    const comment = await call("POST", `${path}/comments`, { as: "bob", body: { text: "Hm" } });
    const place = `comments/${comment.body.id}`;
    const report = { as: "cleo", body: { reason: "rude" } };

    await call("POST", `${path}/report`, report);
    await call("POST", `${path}/report`, report);
    await call("POST", `${path}/${place}/report`, report);
    const reported = await call("GET", "/ops/v1/reviews", operator);
    expect(await countReported(world.db)).toBe(2);
    const hidden = await call("POST", `/ops/v1/${place}/hide`, {
      ...operator,
      body: { reason: "x" },
    });
    await call("POST", `/ops/v1${path}/hide`, { ...operator, body: { reason: "insulting" } });

    expect(reported.body.entries).toMatchObject([
      { kind: "comment", reviewId: id, reports: 1, reasons: ["rude"], rating: null },
      { kind: "review", id, reports: 1, reasons: ["rude"], rating: 1, hiddenReason: null },
    ]);
    expect(hidden.status).toBe(204);
    expect((await call("GET", path, { as: "ada" })).status).toBe(404);
    expect(await countReported(world.db)).toBe(0);
    expect((await call("GET", "/reviews?subject=item:burger")).body).toMatchObject({
      reviews: [],
      rating: { reviews: 0, average: 0 },
    });
    expect((await call("GET", "/ops/v1/reviews?state=hidden", operator)).body.entries).toHaveLength(
      2,
    );
    await call("POST", `/ops/v1${path}/show`, { ...operator, body: { reason: "a mistake" } });
    expect((await call("GET", path)).body).toMatchObject({ rating: 1, comments: 0 });
    expect(
      await world.query("select actor, action, detail->>'reason' as why from audit order by id"),
    ).toEqual([
      { actor: "opal", action: "hide comment", why: "x" },
      { actor: "opal", action: "hide review", why: "insulting" },
      { actor: "opal", action: "show review", why: "a mistake" },
    ]);
    expect((await call("GET", "/ops/v1/reviews", { as: "ada" })).status).toBe(403);
    expect(await world.breaches()).toEqual([]);
  });

  test("are left as they are by an operator who sees nothing wrong, until somebody reports again", async () => {
    await using world = await reviewsWorld();
    const { call } = served(world.api);
    const path = `/reviews/${await world.reviewed("ada", "item:burger")}`;
    const said = await call("POST", `${path}/comments`, { as: "bob", body: { text: "Hm" } });
    const comment = `/comments/${said.body.id}`;
    const report = { as: "cleo", body: { reason: "rude" } };
    const leave = { ...operator, body: { reason: "it is an opinion" } };
    const reported = async () => (await call("GET", "/ops/v1/reviews", operator)).body.entries;

    await call("PATCH", path, { as: "ada", body: { rating: 1 } });
    for (const place of [path, path + comment]) await call("POST", `${place}/report`, report);
    expect(await reported()).toMatchObject([
      { kind: "comment", reports: 1, editedAt: null },
      { kind: "review", reports: 1, editedAt: (await call("GET", path)).body.editedAt },
    ]);
    for (const place of [path, comment])
      expect((await call("POST", `/ops/v1${place}/show`, leave)).status).toBe(204);

    expect(await reported()).toEqual([]);
    expect(await countReported(world.db)).toBe(0);
    expect((await call("GET", path)).body).toMatchObject({ rating: 1, comments: 1 });
    expect(await world.query("select action from audit order by id")).toEqual([
      { action: "show review" },
      { action: "show comment" },
    ]);
    await call("POST", `${path}/report`, report);
    expect(await reported()).toMatchObject([{ kind: "review", reports: 1, reasons: ["rude"] }]);
    expect(await world.breaches()).toEqual([]);
  });
});

describe("ReviewsService", () => {
  test("answers as REST does, and refuses with the same texts", async () => {
    await using world = await reviewsWorld();
    const { call, rpc } = served(world.api);
    await world.bought("ada", "item:burger");
    const ada = rpc("ada");
    const codeOf = async (failing: Promise<unknown>) => {
      const { code, rawMessage } = ConnectError.from(await failing.catch((error) => error));
      return [code, rawMessage];
    };

    const { review } = await ada.createReview(wish);
    const reviewId = review?.id ?? "";
    await rpc("bob").likeReview({ reviewId });
    await rpc("bob").addComment({ reviewId, text: "Yes" });
    const rest = (await call("GET", `/reviews/${reviewId}`, { as: "ada" })).body;
    const found = (await ada.getReview({ reviewId })).review;

    expect(found).toMatchObject({
      id: rest.id,
      author: rest.author,
      likes: 1,
      comments: 1,
      mine: true,
    });
    const list = await rpc().listReviews({ subject: "item:burger", limit: 1 });
    expect(list.rating).toMatchObject({ reviews: 1n, average: 5 });
    expect((await rpc().listComments({ reviewId })).comments).toMatchObject([{ text: "Yes" }]);
    expect((await ada.updateReview({ reviewId, rating: 1 })).review?.rating).toBe(1);
    expect(await codeOf(ada.createReview(wish))).toEqual([
      Code.FailedPrecondition,
      "already reviewed",
    ]);
    expect(await codeOf(rpc("bob").createReview(wish))).toEqual([
      Code.PermissionDenied,
      "only who has a confirmed order of it may review it",
    ]);
    expect(await codeOf(rpc().createReview(wish))).toEqual([
      Code.Unauthenticated,
      "authentication required",
    ]);
    expect(await codeOf(ada.createReview({ ...wish, rating: 9 }))).toEqual([
      Code.InvalidArgument,
      "rating must be 1 to 5",
    ]);
    const { comment } = await ada.addComment({ reviewId, text: "Mine" });
    const commentId = comment?.id ?? "";
    const notOwn: (string | Code)[] = [Code.PermissionDenied, "only its author may change it"];
    expect(await codeOf(rpc("bob").updateReview({ reviewId, rating: 5 }))).toEqual(notOwn);
    expect(await codeOf(rpc("bob").deleteReview({ reviewId }))).toEqual(notOwn);
    expect(await codeOf(rpc("bob").deleteComment({ reviewId, commentId }))).toEqual(notOwn);
    expect((await ada.getReview({ reviewId })).review).toMatchObject({ rating: 1, comments: 2 });
    await ada.deleteComment({ reviewId, commentId });
    await ada.deleteReview({ reviewId });
    expect(await codeOf(ada.getReview({ reviewId }))).toEqual([Code.NotFound, "not found"]);
  });
});
