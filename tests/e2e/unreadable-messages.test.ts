import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { encodeHeaders } from "@app/platform/messaging/headers.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

type Publishable = Pick<OutgoingMessage, "subject" | "headers" | "payload">;

/** A message as another program might send it: whole headers and a key of its own. */
function foreign(id: number, changes: Partial<Publishable> & { type?: string } = {}): Publishable {
  const { type = "orders.v1.order_created", payload, subject } = changes;
  const eventId = crypto.randomUUID();
  const headers = encodeHeaders({
    "Nats-Msg-Id": eventId,
    "ce-specversion": "1.0",
    "ce-id": eventId,
    "ce-type": type,
    "ce-source": "/elsewhere",
    "ce-time": new Date().toISOString(),
    key: `order/${id}`,
    version: "1",
  });
  return {
    subject: subject ?? `${type}.${id}`,
    headers: changes.headers ?? headers,
    payload: payload ?? new Uint8Array(),
  };
}

/** Readable, and against a rule of its contract: no line, no user. */
const againstTheRules = composeMessage(
  {
    schema: OrderCreatedSchema,
    aggregate: "order",
    id: "900003",
    version: 1,
    time: new Date(),
    body: { orderId: 900_003n },
  },
  { next: () => crypto.randomUUID() },
);

const unreadable: readonly (Publishable & { readonly what: string; readonly reason: string })[] = [
  {
    what: "bytes without headers",
    reason: "no_key",
    ...foreign(900_001, { headers: "X-Nothing: 1", payload: Buffer.from("garbage") }),
  },
  {
    what: "a payload that is no protobuf",
    reason: "unreadable",
    ...foreign(900_002, { payload: Uint8Array.of(0xff, 0xff, 0xff, 0x01) }),
  },
  { what: "a message against its contract", reason: "unreadable", ...againstTheRules },
  {
    what: "a type of no contract",
    reason: "unknown_type",
    ...foreign(900_004, { type: "orders.v1.order_teleported" }),
  },
];

const deadLetters = async ({ sql }: QuickBite) => {
  const rows = await sql.inventory<{ subject: string; reason: string; payload: Uint8Array }[]>`
    select subject, reason, payload from dead_letters where state = 'dead' order by subject`;
  return [...rows];
};

describe("messages that inventory cannot read", () => {
  test("become dead letters with their reason and bytes, and delay no order", async () => {
    await using world = await openQuickBite();
    const healthy = await world.order(
      { userId: "ann", sku: "pizza", quantity: 1 },
      { headers: { prefer: "wait=5" } },
    );
    expect(healthy.status).toBe(201);

    for (const message of unreadable) await world.broker.publish(message);
    const before = performance.now();
    const { status } = await world.order(
      { userId: "ann", sku: "pizza", quantity: 1 },
      { headers: { prefer: "wait=5" } },
    );

    expect(status).toBe(201);
    expect(performance.now() - before).toBeLessThan(3_000);
    await eventually(async () =>
      expect(await deadLetters(world)).toEqual(
        unreadable.map(({ subject, reason, payload }) => ({
          subject,
          reason,
          payload: Buffer.from(payload),
        })),
      ),
    );
    await settled(world);
    const broken = await brokenPromises(world);
    expect(broken.filter((what) => !/dead letter|lane order\/90000\d stands/.test(what))).toEqual(
      [],
    );
  });

  test("are announced to whoever watches, and shown by the operator API", async () => {
    await using world = await openQuickBite();

    for (const message of unreadable) await world.broker.publish(message);

    await eventually(async () => {
      const { body } = await world.call("GET", "/ops/v1/dead-letters", { service: "inventory" });
      const letters = body.deadLetters as readonly { readonly reason: string }[];
      const reasons = letters.map(({ reason }) => reason).toSorted();
      expect(reasons).toEqual(unreadable.map(({ reason }) => reason).toSorted());
    });
    await eventually(async () => {
      const announced = await Array.fromAsync(world.broker.read("DEAD_LETTERS"));
      expect(announced.map(({ subject }) => subject.split(".").slice(0, 4).join("."))).toEqual(
        expect.arrayContaining([
          "inventory.dlq.v1.order_created",
          "inventory.dlq.v1.order_teleported",
        ]),
      );
      expect(announced).toHaveLength(unreadable.length);
    });
  });
});
