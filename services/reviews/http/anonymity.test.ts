import { describe, expect, test } from "bun:test";
import { ReviewsService } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { type Message, toJsonString } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { reviewsAccess } from "../access.ts";
import { type CallOptions, served } from "../testing/served.ts";
import { reviewsWorld, type World } from "../testing/world.ts";

const account = "0d5c3c52-account-of-ada";
const readers = [undefined, "bob", account];
const reason = { reason: "?" };
const operator = { as: "opal", roles: ["operator"], body: reason } as const;

describe("what reviews answers", () => {
  test("leads by no call from what somebody wrote to their account", async () => {
    await using world = await reviewsWorld();
    const asking = recorded(world);
    const byRest = await everyRoute(world, asking);
    const byRpc = await everyMethod(world, asking);

    const author = world.api.authors.of(account);
    const announced = (await world.announced()).map(({ text }) => text);
    expect(asking.answered()).toEqual(Object.keys(reviewsAccess).toSorted());
    expect(byRpc).toBe(byRest);
    expect(announced.length).toBeGreaterThan(2);
    for (const text of [...asking.seen, ...announced]) {
      expect(text).not.toContain(account);
      expect(text).not.toContain(author);
    }
    // Those who listen learn nothing of handles at all.
    for (const text of announced) expect(text).not.toContain(byRest);
  });

  test("leads nowhere when it fails", async () => {
    await using world = await reviewsWorld();
    const { rest, seen } = recorded(world);
    const id = await world.reviewed(account, "item:burger");
    await world.query("alter table likes rename to lost");

    const failed = await rest("PUT /reviews/:id/like", { id, as: account });

    expect(failed.status).toBe(500);
    for (const text of seen) {
      expect(text).not.toContain(account);
      expect(text).not.toContain(world.api.authors.of(account));
    }
  });
});

interface Asked extends CallOptions {
  readonly id?: string;
  readonly commentId?: string;
  readonly query?: string;
}

type Asking = ReturnType<typeof recorded>;

/** Asks by the names that the table of rights has, and keeps all that is answered. */
function recorded({ api }: World) {
  const { call, rpc } = served(api);
  const seen: string[] = [];
  const done = new Set<string>();
  return {
    seen,
    /** The calls that were answered with what they are for, at least once. */
    answered: () => [...done].toSorted(),
    async rest(route: string, { id = "", commentId = "", query = "", ...options }: Asked = {}) {
      const [method = "", path = ""] = route.split(" ");
      const filled = path.replace(":id", id).replace(":commentId", commentId);
      const answer = await call(method, `${filled}${query}`, options);
      seen.push(answer.text, JSON.stringify([...answer.headers]));
      if (answer.status < 300) done.add(route);
      return answer;
    },
    async rpc(name: string, as: string | undefined, request: object): Promise<Message | undefined> {
      const method = ReviewsService.methods.find((one) => one.name === name);
      if (method === undefined) throw new Error(`there is no ${name}`);
      const client = rpc(as) as Readonly<Record<string, (asked: object) => Promise<Message>>>;
      try {
        const answer = await client[method.localName]?.(request);
        if (answer === undefined) throw new Error(`nobody answers ${name}`);
        seen.push(toJsonString(method.output, answer));
        done.add(`${ReviewsService.typeName}/${name}`);
        return answer;
      } catch (error) {
        const { message, metadata, details } = ConnectError.from(error);
        seen.push(message, JSON.stringify([[...metadata], details]));
        return undefined;
      }
    },
  };
}

/** Every route, as whoever may call it and as others; the handle of the account. */
async function everyRoute(world: World, { rest }: Asking): Promise<string> {
  const subject = "item:burger";
  const query = `?subject=${subject}`;
  await world.bought(account, subject);
  const writing = { as: account, body: { subject, rating: 5, text: "Best" } };
  const { body: review } = await rest("POST /reviews", writing);
  const { id } = review;
  await rest("POST /reviews", writing);
  await rest("POST /reviews", { ...writing, as: "bob" });
  const saying = { id, as: account, body: { text: "Me again" } };
  const { body: said } = await rest("POST /reviews/:id/comments", saying);
  const commentId = said.id;
  for (const as of readers) {
    const who = as === undefined ? { id } : { id, as };
    await rest("GET /reviews/:id", who);
    await rest("GET /reviews", { ...who, query });
    await rest("GET /reviews/by/me/of", { ...who, query });
    await rest("GET /reviews/:id/comments", who);
    await rest("PUT /reviews/:id/like", who);
    await rest("DELETE /reviews/:id/like", who);
    await rest("PATCH /reviews/:id", { ...who, body: { rating: 2 } });
    await rest("POST /reviews/:id/report", { ...who, body: reason });
    await rest("POST /reviews/:id/comments/:commentId/report", { ...who, commentId, body: reason });
  }
  for (const query of ["?state=reported", "?state=hidden"])
    await rest("GET /ops/v1/reviews", { as: "opal", roles: ["operator"], query });
  for (const act of ["hide", "show"]) {
    await rest(`POST /ops/v1/comments/:id/${act}`, { ...operator, id: commentId });
    await rest(`POST /ops/v1/reviews/:id/${act}`, { ...operator, id });
    await rest("GET /ops/v1/reviews", { as: "opal", roles: ["operator"], query: `?state=hidden` });
  }
  for (const as of ["bob", account]) {
    await rest("DELETE /reviews/:id/comments/:commentId", { id, commentId, as });
    await rest("DELETE /reviews/:id", { id, as });
  }
  return review.author;
}

/** Every call of the contract, as whoever may make it and as others; the handle of the account. */
async function everyMethod(world: World, { rpc }: Asking): Promise<string> {
  const subject = "item:pizza";
  await world.bought(account, subject);
  const wish = { subject, rating: 4, text: "Good" };
  await rpc("CreateReview", account, wish);
  await rpc("CreateReview", "bob", wish);
  const [row] = await world.query(`select id from reviews where subject = '${subject}'`);
  const reviewId = String(row?.id);
  await rpc("AddComment", account, { reviewId, text: "Mine" });
  const [comment] = await world.query("select id from comments");
  const commentId = String(comment?.id);
  for (const as of readers) {
    await rpc("GetReview", as, { reviewId });
    await rpc("ListReviews", as, { subject });
    await rpc("GetOwnReview", as, { subject });
    await rpc("ListComments", as, { reviewId });
    await rpc("LikeReview", as, { reviewId });
    await rpc("UnlikeReview", as, { reviewId });
    await rpc("UpdateReview", as, { reviewId, rating: 3 });
    await rpc("ReportReview", as, { reviewId, ...reason });
    await rpc("ReportComment", as, { reviewId, commentId, ...reason });
  }
  const { author } = (await served(world.api).rpc().getReview({ reviewId })).review ?? {};
  for (const as of ["bob", account]) {
    await rpc("DeleteComment", as, { reviewId, commentId });
    await rpc("DeleteReview", as, { reviewId });
  }
  return author ?? "";
}
