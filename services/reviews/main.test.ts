import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { startService } from "@app/platform/testing/service.ts";
import { tokenIssuer } from "@app/platform/testing/token-issuer.ts";
import { bookingNews, orderNews, userNews } from "./testing/news.ts";

// A database, a broker and a process: more than other tests, and less than this.
setDefaultTimeout(120_000);

async function running() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("reviews"));
  const nats = stack.use(await temporaryBroker());
  const issuer = stack.use(await tokenIssuer());
  const service = stack.use(
    await startService("reviews", {
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      JWKS_URL: issuer.url,
    }),
  );
  const broker = openJetStream({ servers: [nats.url], name: "test", clock: systemClock });
  stack.defer(() => broker.close());
  return {
    service,
    broker,
    publish: (message: Parameters<typeof broker.publish>[0]) =>
      eventually(() => broker.publish(message)),
    async call(method: string, path: string, as?: string, body?: object) {
      const roles = as === "opal" ? (["operator"] as const) : (["customer"] as const);
      const token = as === undefined ? undefined : await issuer.token({ subject: as, roles });
      const response = await fetch(`${service.url}${path}`, {
        method,
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("the reviews service", () => {
  test("lets review what was ordered and booked, whatever comes first, and announces ratings", async () => {
    await using world = await running();
    const { service, broker, publish, call } = world;
    const ada = Bun.randomUUIDv7();
    const eventId = Bun.randomUUIDv7();
    const order = orderNews(17n, { userId: ada, sku: "burger" });
    const booking = bookingNews(eventId, ada);
    const void_ = bookingNews(Bun.randomUUIDv7(), ada);
    const own = (subject: string) => call("GET", `/reviews/by/me/of?subject=${subject}`, ada);

    // What confirms the order comes before the order, and what voids a booking before it.
    await publish(order.confirmed);
    await publish(void_.cancelled);
    await waits(call, void_.cancelled.key);
    for (const message of [void_.booked, booking.booked]) await publish(message);
    await eventually(async () => {
      expect((await own(`event:${eventId}`)).body.mayReview).toBe(true);
    });
    await waits(call, "order/17");
    const early = await call("POST", "/reviews", ada, { subject: "item:burger", rating: 5 });
    await publish(order.created);
    await eventually(async () => {
      expect((await own("item:burger")).body.mayReview).toBe(true);
    });
    const late = await call("POST", "/reviews", ada, { subject: "item:burger", rating: 5 });

    expect([early.status, early.body.detail]).toEqual([
      403,
      "only who has a confirmed order of it may review it",
    ]);
    expect(late.status).toBe(201);
    await eventually(async () => {
      const read = broker.read("REVIEWS", { toSequence: 10, headersOnly: true });
      const subjects = await Array.fromAsync(read, ({ subject }) => subject);
      expect(subjects).toHaveLength(1);
      expect(subjects[0]).toStartWith("reviews.v1.item_rated.");
    });

    const { registered, deleted } = userNews(ada);
    for (const message of [deleted, registered]) await publish(message);
    await eventually(async () => {
      const { body } = await call("GET", "/reviews?subject=item:burger");
      expect(body.reviews).toMatchObject([{ author: "former customer", rating: 5 }]);
      expect(body.rating).toEqual({ reviews: 1, average: 5 });
    });
    const metrics = await fetch(`http://127.0.0.1:${service.ports.metrics}/metrics`);
    const said = [
      ...service.logs().map((line) => JSON.stringify(line)),
      ...(await metrics.text()).split("\n"),
    ];
    expect(said.join("\n")).toContain("reviews_reported");
    expect(said.filter((line) => line.includes(ada) || line.includes(late.body.author))).toEqual(
      [],
    );
    expect(service.logs().filter(({ level }) => level === "error")).toEqual([]);
  });

  test("counts the likes of 200 people at once, twice each, with the settings that it has anywhere", async () => {
    await using world = await running();
    const { publish, call } = world;
    const ada = Bun.randomUUIDv7();
    const { created, confirmed } = orderNews(1n, { userId: ada, sku: "burger" });
    for (const message of [created, confirmed]) await publish(message);
    const added = await eventually(async () => {
      const answer = await call("POST", "/reviews", ada, { subject: "item:burger", rating: 5 });
      expect(answer.status).toBe(201);
      return answer;
    });
    const path = `/reviews/${added.body.id}`;
    const crowd = Array.from({ length: 200 }, () => Bun.randomUUIDv7());

    const twice = [...crowd, ...crowd];
    const answers = await Promise.all(twice.map((as) => call("PUT", `${path}/like`, as)));

    expect(answers.map(({ status }) => status)).toEqual(twice.map(() => 200));
    // Each first one is told another count, each second one that of its moment.
    const told = new Set(answers.map(({ body }) => body.likes));
    expect([...told].toSorted((a, b) => a - b)).toEqual(crowd.map((_, n) => n + 1));
    expect((await call("GET", path, crowd[7])).body).toMatchObject({ likes: 200, liked: true });
  });

  test("takes no review for what was cancelled, and what comes again changes nothing", async () => {
    await using world = await running();
    const { publish, call } = world;
    const ada = Bun.randomUUIDv7();
    const order = orderNews(17n, { userId: ada, sku: "burger" });
    const eventId = Bun.randomUUIDv7();
    const booking = bookingNews(eventId, ada);
    const reasonOf = async (subject: string) => {
      const { body } = await call("GET", `/reviews/by/me/of?subject=${subject}`, ada);
      return body.mayReview ? "may" : body.reason;
    };
    const settled = (subject: string, reason: string) =>
      eventually(async () => expect(await reasonOf(subject)).toBe(reason));

    for (const message of [order.created, booking.booked]) await publish(message);
    await settled("item:burger", "your order is not confirmed yet");
    await settled(`event:${eventId}`, "may");
    for (const message of [order.confirmed, order.cancelled, booking.cancelled])
      await publish(message);
    await settled("item:burger", "your order was cancelled");
    await settled(`event:${eventId}`, "your booking was cancelled");

    // All of it once more, as a broker may; what is sent last shows that it was taken.
    for (const message of [order.created, order.confirmed, booking.booked])
      await publish(forgotten(message));
    const last = orderNews(18n, { userId: ada, sku: "pizza" });
    const lastEventId = Bun.randomUUIDv7();
    const lastBooking = bookingNews(lastEventId, ada);
    for (const message of [last.created, last.confirmed, lastBooking.booked])
      await publish(message);
    await settled("item:pizza", "may");
    await settled(`event:${lastEventId}`, "may");

    expect(await reasonOf("item:burger")).toBe("your order was cancelled");
    expect(await reasonOf(`event:${eventId}`)).toBe("your booking was cancelled");
    expect((await call("GET", "/ops/v1/lanes", "opal")).body.lanes).toEqual([]);
    expect((await call("GET", "/ops/v1/dead-letters", "opal")).body.deadLetters).toEqual([]);
  });
});

/** A message as it was sent, under an id by which the broker does not know it again. */
function forgotten({ headers, ...message }: OutgoingMessage): OutgoingMessage {
  const again = headers.replace(/^Nats-Msg-Id: .*$/im, `Nats-Msg-Id: ${crypto.randomUUID()}`);
  return { ...message, headers: again };
}

type Call = Awaited<ReturnType<typeof running>>["call"];

/** Until a key's message was taken in that has to wait for one before it. */
function waits(call: Call, key: string): Promise<void> {
  return eventually(async () => {
    const { body } = await call("GET", "/ops/v1/lanes", "opal");
    expect(body.lanes).toContainEqual(expect.objectContaining({ key, waiting: 1 }));
  });
}
