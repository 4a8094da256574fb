import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import { authenticator, roles } from "../auth.ts";
import { elysiaHandler, httpApp } from "../elysia-app.ts";
import { eventually } from "../testing/eventually.ts";
import { servedHttp } from "../testing/served-http.ts";
import {
  messageOf,
  type Replica,
  type ReplicaOptions,
  type SinkWorld,
  sinkConsumer,
  sinkWorld,
} from "../testing/sink.ts";
import { encodeHeaders } from "./headers.ts";
import { messageType } from "./message.ts";
import { operatorRoutes } from "./ops-routes.ts";
import {
  ConsumersView,
  DeadLetterDetailView,
  DeadLettersView,
  LanesView,
  MessagesView,
  OutboxView,
} from "./ops-views.ts";

const consumer = sinkConsumer.durable;

interface Operator extends AsyncDisposable {
  readonly world: SinkWorld;
  readonly replica: Replica;
  read<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  call(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** A served core of which a test is the operator. */
async function operating(options: ReplicaOptions = {}): Promise<Operator> {
  const world = await sinkWorld();
  const replica = world.start({ ...options, settings: { ATTEMPTS_MAX: 2, ...options.settings } });
  const app = httpApp({}).use(operatorRoutes(replica.messaging));
  const served = servedHttp({ handlers: [elysiaHandler(app)] });
  const at = (path: string) => `${served.server.url}/ops/v1/${path}`;
  return {
    world,
    replica,
    async read(path, schema) {
      const response = await fetch(at(path));
      return schema.parse(await response.json());
    },
    async call(path, body) {
      const response = await fetch(at(path), {
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await replica[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

const theDeadLetter = (operator: Operator) =>
  eventually(
    async () => {
      const { deadLetters } = await operator.read("dead-letters", DeadLettersView);
      const [letter] = deadLetters;
      if (!letter) throw new Error("no dead letter yet");
      return letter;
    },
    { deadlineMs: 40_000 },
  );

const failingAt = (version: number, isBroken: () => boolean = () => true) => ({
  behaviour: (_message: unknown, context: { readonly version: number }) => {
    if (isBroken() && context.version === version) throw new Error("the oven is cold");
  },
});

describe("dead letters", () => {
  test("are listed, shown whole with what waits behind them, and redriven once", async () => {
    let broken = true;
    await using operator = await operating(failingAt(2, () => broken));
    await operator.world.send("1", [1, 2, 3, 4]);

    const listed = await theDeadLetter(operator);
    expect(listed).toMatchObject({
      consumer,
      state: "dead",
      reason: "attempts_used",
      error: "Error: the oven is cold",
      key: "order/1",
      version: 2,
      type: messageType(OrderConfirmedSchema),
      stream: "ORDERS",
      attempts: 2,
    });
    const detail = await eventually(async () => {
      const shown = await operator.read(`dead-letters/${listed.id}`, DeadLetterDetailView);
      expect(shown.lane).toMatchObject({ state: "blocked", version: 1, waiting: 2 });
      return shown;
    });
    expect(detail.payload).toMatchObject({ json: { orderId: "2" }, unknownFields: 0 });
    expect(detail.headers).toMatchObject({ key: "order/1", version: "2" });
    expect(detail.lane?.deadLetterId).toBe(listed.id);

    const redrive = `dead-letters/${listed.id}/redrive`;
    expect(await operator.call(redrive, {})).toEqual({
      status: 200,
      body: { outcome: "failed", error: "Error: the oven is cold" },
    });
    broken = false;
    const both = await Promise.all([operator.call(redrive, {}), operator.call(redrive, {})]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);

    await eventually(async () => expect(await operator.world.handled()).toHaveLength(4));
    expect(await operator.world.disorder()).toBe(0);
    const audited = await operator.world.pool.q.execute(
      sql`select actor, action, target, detail ->> 'outcome' as outcome from audit order by id`,
    );
    const entry = { actor: "anonymous", action: "redrive", target: `dead-letter/${listed.id}` };
    expect([...audited]).toEqual([
      { ...entry, outcome: "failed" },
      { ...entry, outcome: "done" },
    ]);
  });

  test("show what cannot be read, and why", async () => {
    await using operator = await operating();
    const garbage = { ...messageOf("1", 1), payload: new Uint8Array([0xff, 0xff, 0xff]) };
    const foreign = {
      ...messageOf("2", 1),
      headers: encodeHeaders({ "ce-type": "other.v1.thing", key: "order/2", version: "1" }),
      payload: new TextEncoder().encode("hello"),
    };
    const { broker } = operator.replica;
    await eventually(() => broker.publish(garbage));
    await broker.publish(foreign);

    const letters = await eventually(async () => {
      const { deadLetters } = await operator.read("dead-letters?state=dead", DeadLettersView);
      expect(deadLetters).toHaveLength(2);
      return deadLetters;
    });
    const shown = await Promise.all(
      letters.map(({ id }) => operator.read(`dead-letters/${id}`, DeadLetterDetailView)),
    );
    const byReason = new Map(shown.map((letter) => [letter.reason, letter]));

    expect(byReason.get("unreadable")?.payload).toMatchObject({
      problem: expect.any(String),
      base64: "////",
      bytes: 3,
    });
    expect(byReason.get("unknown_type")?.payload).toMatchObject({
      problem: 'no contract describes the type "other.v1.thing"',
      base64: Buffer.from("hello").toString("base64"),
    });
  });

  test("come in pages, newest first, by consumer, state and key", async () => {
    await using operator = await operating(failingAt(1));
    for (const key of ["1", "2", "3"]) await operator.world.send(key, [1]);
    await eventually(
      async () => {
        const all = await operator.read("dead-letters", DeadLettersView);
        expect(all.deadLetters).toHaveLength(3);
      },
      { deadlineMs: 40_000 },
    );

    const first = await operator.read(
      `dead-letters?consumer=${consumer}&state=dead&limit=2`,
      DeadLettersView,
    );
    const rest = await operator.read(
      `dead-letters?limit=2&cursor=${first.nextCursor}`,
      DeadLettersView,
    );
    const ids = [...first.deadLetters, ...rest.deadLetters].map(({ id }) => id);

    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(new Set(ids).size).toBe(3);
    expect(rest.nextCursor).toBeNull();
    const ofKey = await operator.read("dead-letters?key=order/2", DeadLettersView);
    expect(ofKey.deadLetters.map(({ key }) => key)).toEqual(["order/2"]);
    const done = await operator.read("dead-letters?state=done", DeadLettersView);
    expect(done.deadLetters).toEqual([]);
  });
});

describe("lanes", () => {
  test("are skipped only past versions that the stream has lost", async () => {
    await using operator = await operating(failingAt(9));
    const { world, replica } = operator;
    await eventually(() => replica.broker.publish(messageOf("1", 1)));
    await replica.broker.publish(messageOf("1", 4));
    await eventually(async () => {
      const { lanes } = await operator.read("lanes?state=waiting", LanesView);
      expect(lanes).toMatchObject([{ key: "order/1", version: 1, waiting: 1, lowestParked: 4 }]);
    });
    const skip = (key: string) => operator.call("lanes/skip", { consumer, key, reason: "lost" });

    expect(await skip("order/7")).toMatchObject({
      status: 404,
      body: { detail: "no message of order/7 ever came here" },
    });
    expect(await skip("order/1")).toEqual({
      status: 200,
      body: { consumer, key: "order/1", from: 1, to: 3 },
    });
    await eventually(async () =>
      expect((await world.handled()).map(({ version }) => version)).toEqual([1, 4]),
    );
    expect(await skip("order/1")).toMatchObject({
      status: 409,
      body: { code: "lane_not_waiting" },
    });
    const [entry] = await world.pool.q.execute(sql`select action, target, detail from audit`);
    expect(entry).toMatchObject({
      action: "skip lane",
      target: `lane/${consumer}/order/1`,
      detail: { from: 1, to: 3, reason: "lost" },
    });
  });

  test("are not skipped while blocked, nor past a version that is still in the stream", async () => {
    await using operator = await operating(failingAt(2));
    const { replica, world } = operator;
    await world.send("1", [1, 2]);
    await theDeadLetter(operator);
    await replica.broker.publish(messageOf("2", 3));
    await eventually(async () => {
      const { lanes } = await operator.read("lanes", LanesView);
      expect(lanes.map(({ key, state }) => `${key} ${state}`)).toEqual([
        "order/1 blocked",
        "order/2 waiting",
      ]);
    });
    // Delivered to nobody, as if the durable had been made after it: it is in the stream all the same.
    const jsm = await jetstreamManager(await replica.broker.connection(5_000));
    await jsm.consumers.pause("ORDERS", consumer, new Date(Date.now() + 60_000));
    await replica.broker.publish(messageOf("2", 1));

    expect(await operator.call("lanes/skip", { consumer, key: "order/1" })).toMatchObject({
      status: 409,
      body: {
        detail: "the lane of order/1 is blocked by the dead letter of version 2: redrive that",
      },
    });
    expect(await operator.call("lanes/skip", { consumer, key: "order/2" })).toMatchObject({
      status: 409,
      body: {
        code: "version_in_stream",
        detail: "ORDERS still has version 1 of order/2: the lane will fetch it by itself",
      },
    });
  });
});

describe("the rest of the operator API", () => {
  test("shows the outbox while the broker is away, and what was sent once it is back", async () => {
    await using operator = await operating();
    await operator.world.send("1", [1]);
    await eventually(async () => {
      expect(await operator.world.handled()).toHaveLength(1);
      expect((await operator.read("outbox", OutboxView)).backlog.count).toBe(0);
    });
    await operator.world.nats.server.kill();
    await operator.world.send("2", [1]);

    const held = await operator.read("outbox?key=order/2", OutboxView);
    expect(held.backlog).toMatchObject({ count: 1, atLeast: false });
    expect(held.rows).toMatchObject([{ key: "order/2", version: 1, resent: false }]);

    const { sent, received } = await operator.read("messages?key=order/2", MessagesView);
    expect(sent).toMatchObject([{ version: 1, sentAt: null, stream: null }]);
    expect(received).toMatchObject([{ streamAsked: false, lane: null, messages: [] }]);

    await operator.world.nats.server.restart();
    await eventually(
      async () => {
        expect((await operator.read("outbox", OutboxView)).backlog.count).toBe(0);
        expect(await operator.world.handled()).toHaveLength(2);
      },
      { deadlineMs: 20_000 },
    );
  });

  test("says that an outbox could not be read through, instead of keeping its asker waiting", async () => {
    await using operator = await operating();
    const { sent, outboxUnread } = await operator.world.pool.transaction(async ({ q }) => {
      await q.execute(sql`lock table outbox`);
      return operator.read("messages?key=order/1", MessagesView);
    });

    expect([sent, outboxUnread]).toEqual([[], true]);
    const after = await operator.read("messages?key=order/1", MessagesView);
    expect(after.outboxUnread).toBeUndefined();
  });

  test("shows how far each durable is and who pulls from it", async () => {
    await using operator = await operating(failingAt(2));
    await operator.world.send("1", [1, 2, 3]);
    await theDeadLetter(operator);

    await eventually(async () => {
      const { consumers } = await operator.read("consumers", ConsumersView);
      expect(consumers).toMatchObject([
        {
          consumer,
          stream: "ORDERS",
          problem: null,
          broker: { ackFloor: 3, pending: 0, unacknowledged: 0, pulls: expect.any(Number) },
          parked: 1,
          blockedLanes: 1,
          stuckLanes: 0,
          dead: 1,
        },
      ]);
    });
  });

  test("does not take a consumer that has its hands full for one that nobody runs", async () => {
    const done = Promise.withResolvers<void>();
    await using operator = await operating({ behaviour: () => done.promise });
    for (let key = 1; key <= 300; key += 1) await operator.world.send(String(key), [1]);

    await eventually(async () => {
      const { consumers } = await operator.read("consumers", ConsumersView);
      expect(consumers).toMatchObject([{ problem: null, broker: { pulls: 0 } }]);
      expect(consumers[0]?.broker?.pending).toBeGreaterThan(0);
    });
    done.resolve();
  });

  test("follows one aggregate from the outbox to what became of each message", async () => {
    await using operator = await operating(failingAt(2));
    await operator.world.send("1", [1, 2, 3]);
    await theDeadLetter(operator);

    await eventually(async () => {
      const { sent, received } = await operator.read("messages?key=order/1", MessagesView);
      expect(sent.map(({ version, stream }) => [version, stream])).toEqual([
        [1, "ORDERS"],
        [2, "ORDERS"],
        [3, "ORDERS"],
      ]);
      expect(received).toMatchObject([
        {
          consumer,
          streamAsked: true,
          lane: { version: 1, state: "blocked" },
          messages: [
            { version: 1, state: "handled", takenInAt: expect.any(String) },
            { version: 2, state: "dead", error: "Error: the oven is cold" },
            { version: 3, state: "parked" },
          ],
        },
      ]);
    });
  });

  test("tells a message that was given up from one that was handled", async () => {
    await using operator = await operating(failingAt(1));
    await operator.world.send("1", [1, 2]);
    const { id } = await theDeadLetter(operator);
    await operator.call(`dead-letters/${id}/discard`, { reason: "a test" });

    await eventually(async () => {
      const { received } = await operator.read("messages?key=order/1", MessagesView);
      expect(received).toMatchObject([
        { messages: [{ version: 1, state: "discarded", deadLetterId: id }, { state: "handled" }] },
      ]);
    });
  });

  test("refuses what it does not understand, in words", async () => {
    await using operator = await operating();
    const detailOf = async (path: string, body?: unknown) => {
      const { status, body: problem } = await operator.call(path, body);
      return `${status} ${(problem as { detail: string }).detail}`;
    };

    expect(await detailOf("dead-letters/x")).toBe("400 invalid id");
    expect(await detailOf("dead-letters/0")).toBe("400 invalid id");
    expect(await detailOf("dead-letters/7")).toBe("404 not found");
    expect(await detailOf("dead-letters/7/redrive", {})).toBe("404 not found");
    expect(await detailOf("dead-letters/7/redrive", { now: 1 })).toBe("400 unknown field now");
    expect(await detailOf("dead-letters?limit=0")).toBe("400 limit must be 1 to 100");
    expect(await detailOf("dead-letters?limit=101")).toBe("400 limit must be 1 to 100");
    expect(await detailOf("dead-letters?cursor=bm8")).toBe("400 invalid cursor");
    expect(await detailOf("dead-letters?sort=id")).toBe("400 unknown field sort");
    expect(await detailOf("dead-letters?consumer=other")).toBe(
      `400 unknown consumer, there is ${consumer}`,
    );
    expect(await detailOf("messages")).toBe("400 key is required");
    expect(await detailOf("messages?key=17")).toBe(
      "400 key must look like <aggregate>/<id>, at most 256 characters",
    );
    expect(await detailOf("lanes/skip", { consumer, key: 17 })).toBe("400 key is required");
  });

  test("shows itself to viewers, and is moved by operators alone", async () => {
    await using world = await sinkWorld();
    await using replica = world.start();
    const app = httpApp({}).use(operatorRoutes(replica.messaging));
    await using served = servedHttp({
      handlers: [elysiaHandler(app)],
      authenticate: authenticator("optional", async (token) => ({
        subject: token,
        roles: roles.filter((role) => role === token),
      })),
    });
    const answerTo = async (path: string, token?: string, method = "GET") => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${served.server.url}/ops/v1/${path}`, { method, headers });
      return { status: response.status, body: await response.json() };
    };

    for (const path of ["outbox", "dead-letters/groups", "redrive-runs", "audit"]) {
      expect(await answerTo(path)).toMatchObject({ status: 401 });
      expect(await answerTo(path, "customer")).toMatchObject({
        status: 403,
        body: { code: "role_missing", detail: "needs the role viewer or operator" },
      });
      for (const role of ["viewer", "operator"])
        expect(await answerTo(path, role)).toMatchObject({ status: 200 });
    }
    for (const path of ["dead-letters/1/redrive", "redrive-runs/dry-run", "lanes/skip"]) {
      expect(await answerTo(path, "viewer", "POST")).toMatchObject({
        status: 403,
        body: { code: "role_missing", detail: "needs the role operator" },
      });
    }
  });
});
