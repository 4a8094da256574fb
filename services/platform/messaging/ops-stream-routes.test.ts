import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { streams } from "@app/contracts/topology.ts";
import { jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import { httpApp } from "../elysia-app.ts";
import { eventually } from "../testing/eventually.ts";
import { type OperatorApi, type OperatorCall, servedOperatorApi } from "../testing/operator-api.ts";
import {
  messageOf,
  type Replica,
  type SinkWorld,
  sinkConsumer,
  sinkWorld,
} from "../testing/sink.ts";
import { messageType } from "./message.ts";
import { operatorRoutes } from "./ops-routes.ts";
import { streamRoutes } from "./ops-stream-routes.ts";
import {
  ConsumerPauseView,
  FoundMessageView,
  StreamMessagesView,
  StreamsView,
} from "./ops-stream-views.ts";

setDefaultTimeout(120_000);

const consumer = sinkConsumer.durable;
const type = messageType(OrderConfirmedSchema);

let world: SinkWorld;
let replica: Replica;
let api: OperatorApi;
beforeAll(async () => {
  world = await sinkWorld();
  replica = world.start({
    settings: { ATTEMPTS_MAX: 1 },
    behaviour: (_message, { key }) => {
      if (key === "order/bad") throw new Error("the oven is cold");
    },
  });
  const { inspected } = replica.messaging;
  const app = httpApp({})
    .use(operatorRoutes(replica.messaging))
    .use(streamRoutes({ inspected, broker: replica.broker, replicas: 1 }));
  api = servedOperatorApi(app);
  await world.send("1", [1, 2, 3]);
  await eventually(async () => expect(await world.handled()).toHaveLength(3));
  await world.send("2", [1, 2]);
  await eventually(async () => expect(await world.handled()).toHaveLength(5));
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await replica[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const call = (path: string, asked?: OperatorCall) => api.call(path, asked);

async function streamNamed(name: string) {
  const { body } = await call("streams");
  const stream = StreamsView.parse(body).streams.find((each) => each.name === name);
  if (!stream) throw new Error(`no stream ${name} was shown`);
  return stream;
}

const messages = async (query: string) =>
  StreamMessagesView.parse((await call(`streams/ORDERS/messages${query}`)).body);
const sequences = ({ messages }: StreamMessagesView) => messages.map(({ sequence }) => sequence);

describe("streams", () => {
  test("are shown with what they hold, who listens, and no difference to what is declared", async () => {
    const stream = await streamNamed("ORDERS");

    expect(stream).toMatchObject({
      owner: "orders",
      declared: { subjects: ["orders.v1.>"] },
      state: { messages: 5, firstSequence: 1, lastSequence: 5, deleted: 0 },
      copies: { leader: expect.any(String), others: [] },
      problem: null,
    });
    expect(stream.durables.find(({ name }) => name === consumer)).toMatchObject({
      state: { ackFloor: 5, pending: 0, pausedUntil: null },
    });
  });

  test("tell how the broker drifted from what is declared, and from what is lost by going back", async () => {
    const jsm = await jetstreamManager(await world.broker.connection(5_000));
    const declared = [...(streams.find(({ name }) => name === "DEAD_LETTERS")?.subjects ?? [])];
    const actual = [...declared, "strangers.v1.>"];
    await jsm.streams.update("DEAD_LETTERS", { subjects: actual });

    const { drift } = await streamNamed("DEAD_LETTERS");

    expect(drift).toEqual([
      {
        action: "update",
        kind: "stream",
        name: "DEAD_LETTERS",
        destructive: true,
        differences: [{ field: "subjects", actual, declared }],
      },
    ]);
    await jsm.streams.update("DEAD_LETTERS", { subjects: declared });
    expect((await streamNamed("DEAD_LETTERS")).drift).toEqual([]);
  });
});

describe("the messages of a stream", () => {
  test("are its newest, decoded, and page towards the beginning", async () => {
    const newest = await messages("?limit=2");
    const before = await messages(`?limit=2&before=${newest.before}`);
    const first = await messages(`?limit=2&before=${before.before}`);

    expect([newest, before, first].map(sequences)).toEqual([[4, 5], [2, 3], [1]]);
    expect(first.before).toBeNull();
    expect(newest.from).toBe(6);
    expect(newest.complete).toBe(true);
    expect(newest.messages[1]).toMatchObject({
      subject: `${type}.2`,
      type,
      key: "order/2",
      version: 2,
      headers: { key: "order/2" },
      payload: { json: { orderId: "2" }, unknownFields: 0 },
    });
  });

  test("are read on from a sequence or a time, and what comes later from there", async () => {
    const from = await messages("?from=3&limit=2");
    const rest = await messages(`?from=${from.from}&limit=2`);
    const [, second] = (await messages("?from=1&limit=2")).messages;
    const since = await messages(`?since=${encodeURIComponent(second?.publishedAt ?? "")}`);
    const later = await messages("?since=2999-01-01T00:00:00Z");

    expect([from, rest].map(sequences)).toEqual([[3, 4], [5]]);
    expect(rest.from).toBe(6);
    expect(sequences(since).at(-1)).toBe(5);
    expect(sequences(since)).toContain(2);
    expect(sequences(later)).toEqual([]);
    expect(later.from).toBe(6);
  });

  test("are picked by key and by type", async () => {
    expect(sequences(await messages("?key=order/1"))).toEqual([1, 2, 3]);
    expect(sequences(await messages("?key=order/1&limit=1"))).toEqual([3]);
    expect(sequences(await messages(`?type=${type}&key=order/2&from=5`))).toEqual([5]);
    expect(sequences(await messages(`?type=${type}&limit=100`))).toEqual([1, 2, 3, 4, 5]);
    expect(await messages("?type=orders.v1.order_created")).toMatchObject({
      messages: [],
      before: null,
      complete: true,
    });
  });

  test("are refused where the question is unclear", async () => {
    const detailOf = async (path: string) => {
      const { status, body } = await call(path);
      return `${status} ${(body as { detail: string }).detail}`;
    };

    expect(await detailOf("streams/NONE/messages")).toStartWith(
      "404 this service has no stream NONE, it has ORDERS",
    );
    expect(await detailOf("streams/ORDERS/messages?from=0")).toBe("400 from must be a sequence");
    expect(await detailOf("streams/ORDERS/messages?from=1&before=2")).toBe(
      "400 say one of from, before and since",
    );
    expect(await detailOf("streams/ORDERS/messages?since=yesterday")).toBe(
      "400 since must be an RFC 3339 instant",
    );
    expect(await detailOf("streams/ORDERS/messages?type=*")).toBe(
      "400 type must look like <package>.<message>, at most 256 characters",
    );
    expect(await detailOf("messages/17")).toBe("400 invalid id");
  });
});

describe("one message, by its id alone,", () => {
  const find = async (id: string) => FoundMessageView.parse((await call(`messages/${id}`)).body);

  test("is found in the stream by the moment that its id tells", async () => {
    const [, second] = (await messages("?from=1&limit=2")).messages;

    expect(await find(second?.eventId.toUpperCase() ?? "")).toEqual({
      id: second?.eventId ?? "",
      found: {
        where: "stream",
        key: "order/1",
        version: 2,
        type,
        stream: "ORDERS",
        sequence: 2,
        deadLetterId: null,
      },
      unread: [],
    });
  });

  test("is found by when it was handled, where its id tells no time", async () => {
    const eventId = "0b1f7a52-6a0c-5d3b-9f57-3f4b8f0c2a11";
    const { headers, ...message } = messageOf("4", 1);
    const named = headers.replace(/(ce-id|Nats-Msg-Id): \S+/g, `$1: ${eventId}`);
    await world.broker.publish({ ...message, headers: named });
    await eventually(async () => expect(await world.handledCount("order/4")).toBe(1));

    expect((await find(eventId)).found).toMatchObject({ where: "stream", key: "order/4" });
  });

  test("is found among the dead letters", async () => {
    await world.send("bad", [1]);
    const [letter] = await eventually(async () => {
      const ids = await world.deadLetterIds();
      expect(ids).toHaveLength(1);
      return ids;
    });
    const [row] = await world.pool.q.execute<{ id: string }>(
      sql`select event_id as id from dead_letters`,
    );

    expect((await find(row?.id ?? "")).found).toMatchObject({
      where: "dead_letter",
      key: "order/bad",
      deadLetterId: letter,
    });
    await eventually(async () => {
      const { body } = await call("streams/DEAD_LETTERS/messages?type=platform.v1.dead_letter");
      expect(StreamMessagesView.parse(body).messages).toMatchObject([
        { payload: { json: { key: "order/bad", deadLetterId: String(letter) } } },
      ]);
    });
  });

  test("is not found where nobody sent it", async () => {
    expect(await find(Bun.randomUUIDv7())).toMatchObject({ found: null, unread: [] });
    expect(await find(crypto.randomUUID())).toMatchObject({ found: null, unread: [] });
  });
});

describe("a consumer", () => {
  test("is paused for a while and resumed, and both are audited", async () => {
    const asked = Date.now();
    const paused = await call(`consumers/${consumer}/pause`, {
      body: { seconds: 600, reason: "a look" },
    });
    const { pausedUntil } = ConsumerPauseView.parse(paused.body);
    expect(Date.parse(pausedUntil ?? "")).toBeGreaterThanOrEqual(asked + 600_000);
    const [durable] = (await streamNamed("ORDERS")).durables;
    expect(durable?.state?.pausedUntil).toBe(pausedUntil);

    await world.send("3", [1]);
    await eventually(async () => {
      const [durable] = (await streamNamed("ORDERS")).durables;
      expect(durable?.state?.pending).toBe(1);
    });
    expect(await world.handledCount("order/3")).toBe(0);

    const resumed = await call(`consumers/${consumer}/resume`, { body: {} });
    expect(resumed.body).toEqual({ consumer, stream: "ORDERS", pausedUntil: null });
    await eventually(async () => expect(await world.handledCount("order/3")).toBe(1));
    const audited = await world.pool.q.execute(
      sql`select actor, action, target, detail ->> 'reason' as reason from audit
        where target = ${`consumer/${consumer}`} order by id`,
    );
    const entry = { actor: "operator", target: `consumer/${consumer}` };
    expect([...audited]).toEqual([
      { ...entry, action: "pause consumer", reason: "a look" },
      { ...entry, action: "resume consumer", reason: null },
    ]);
    const filtered = await call("audit?action=pause%20consumer&actor=operator");
    expect(filtered.body).toMatchObject({ entries: [{ action: "pause consumer" }] });
    expect((await call("audit?actor=nobody")).body).toEqual({ entries: [], nextCursor: null });
  });

  test("is not paused without a reason, for ever, or when it is another service's", async () => {
    const pause = async (name: string, body: unknown) => {
      const answer = await call(`consumers/${name}/pause`, { body });
      return `${answer.status} ${(answer.body as { detail: string }).detail}`;
    };

    expect(await pause(consumer, { seconds: 60 })).toBe("400 reason is required");
    expect(await pause(consumer, { seconds: 86_401, reason: "why" })).toBe(
      "400 seconds must be an integer from 1 to 86400",
    );
    expect(await pause("other-service", { seconds: 60, reason: "why" })).toBe(
      "404 no consumer is called other-service",
    );
  });
});

describe("all of it", () => {
  test("is for operators", async () => {
    for (const path of ["streams", "streams/ORDERS/messages", `messages/${Bun.randomUUIDv7()}`]) {
      expect((await call(path, { as: "" })).status).toBe(401);
      expect((await call(path, { as: "customer" })).status).toBe(403);
      expect((await call(path)).status).toBe(200);
    }
  });

  test("says what it cannot know while the broker is away, and knows it again afterwards", async () => {
    await world.nats.server.kill();

    const shown = StreamsView.parse((await call("streams")).body);
    expect(shown.streams.every(({ state, problem }) => state === null && problem !== null)).toBe(
      true,
    );
    expect(await call("streams/ORDERS/messages")).toMatchObject({ status: 503 });
    expect(
      await call(`consumers/${consumer}/pause`, { body: { seconds: 1, reason: "why" } }),
    ).toMatchObject({ status: 503 });

    await world.nats.server.restart();
    await eventually(async () => expect((await streamNamed("ORDERS")).problem).toBeNull(), {
      deadlineMs: 20_000,
    });
  });
});
