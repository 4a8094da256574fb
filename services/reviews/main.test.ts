import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
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
      const token =
        as === undefined ? undefined : await issuer.token({ subject: as, roles: ["customer"] });
      const response = await fetch(`${service.url}${path}`, {
        method,
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
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
    for (const message of [order.confirmed, void_.cancelled, void_.booked, booking.booked])
      await publish(message);
    await eventually(async () => {
      expect((await own(`event:${eventId}`)).body.mayReview).toBe(true);
    });
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
    const said = service.logs().map((line) => JSON.stringify(line));
    expect(said.filter((line) => line.includes(ada) || line.includes(late.body.author))).toEqual(
      [],
    );
    expect(service.logs().filter(({ level }) => level === "error")).toEqual([]);
  });
});
