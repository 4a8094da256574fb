import { describe, expect, test } from "bun:test";
import {
  OrderCancelledSchema,
  OrderConfirmedSchema,
} from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { DeadLetterSchema } from "@app/contracts/gen/platform/v1/dead_letter_pb.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { childSpan, inSpan, parseTraceparent } from "../telemetry.ts";
import { decodeHeaders } from "./headers.ts";
import { readHeaders } from "./incoming.ts";
import { composeMessage, type MessageDraft, messageType } from "./message.ts";
import { derivedMessageIds } from "./message-ids.ts";

const id = "0193d9a8-1f6e-7c3a-9d1b-5a2f4e6b8c01";
const ids = { next: () => id };
const noon = new Date("2026-11-21T12:00:00.250Z");
const confirmed = (
  more: Partial<MessageDraft<typeof OrderConfirmedSchema>> = {},
): MessageDraft<typeof OrderConfirmedSchema> => ({
  schema: OrderConfirmedSchema,
  aggregate: "order",
  id: "17",
  version: 2,
  time: noon,
  body: { orderId: 17n },
  ...more,
});

describe("messageType", () => {
  test("is the contract's name as the subjects spell it", () => {
    expect(messageType(OrderConfirmedSchema)).toBe("orders.v1.order_confirmed");
    expect(messageType(OrderCancelledSchema)).toBe("orders.v1.order_cancelled");
    expect(messageType(DeadLetterSchema)).toBe("platform.v1.dead_letter");
  });
});

describe("composeMessage", () => {
  test("writes CloudEvents headers, the order of its key and the broker's id", () => {
    const message = composeMessage(confirmed(), ids);

    expect(message).toMatchObject({
      eventId: id,
      key: "order/17",
      version: 2,
      subject: "orders.v1.order_confirmed.17",
    });
    expect(Object.fromEntries(decodeHeaders(message.headers))).toEqual({
      "nats-msg-id": id,
      "ce-specversion": "1.0",
      "ce-id": id,
      "ce-type": "orders.v1.order_confirmed",
      "ce-source": "/orders",
      "ce-time": "2026-11-21T12:00:00.250Z",
      "ce-subject": "order/17",
      "ce-datacontenttype": "application/protobuf",
      key: "order/17",
      version: "2",
    });
    // The broker compares the name of this one by case.
    expect(message.headers).toStartWith(`Nats-Msg-Id: ${id}\r\n`);
  });

  test("fills id and time into the payload", () => {
    const body = fromBinary(OrderConfirmedSchema, composeMessage(confirmed(), ids).payload);

    expect(body).toMatchObject({ orderId: 17n, eventId: id });
    expect(body.time && timestampDate(body.time)).toEqual(noon);
  });

  test("passes a trace on, and takes a subject that is not the contract's", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const message = inSpan(parseTraceparent(traceparent) ?? childSpan(undefined), () =>
      composeMessage(confirmed({ subject: "orders.dlq.v1.a.1" }), ids),
    );

    expect(decodeHeaders(message.headers).get("traceparent")).toBe(traceparent);
    expect(message.subject).toBe("orders.dlq.v1.a.1");
  });

  test("is read back by a consumer as it was meant", () => {
    const message = composeMessage(confirmed(), ids);
    const publishedAt = new Date();

    expect(readHeaders({ ...message, stream: "ORDERS", sequence: 1, publishedAt })).toMatchObject({
      eventId: id,
      type: "orders.v1.order_confirmed",
      time: noon,
      lane: { key: "order/17", version: 2 },
    });
  });

  test("gives a message that is caused again the id it had before", () => {
    const cause = crypto.randomUUID();
    const twice = [1, 2].map(() => {
      const derived = derivedMessageIds("inventory-service", cause);
      return [composeMessage(confirmed(), derived), composeMessage(confirmed(), derived)];
    });

    const [first, again] = twice.map((messages) => messages.map(({ eventId }) => eventId));
    expect(first).toEqual(again);
    expect(new Set(first).size).toBe(2);
  });

  test.each([
    { aggregate: "Order" },
    { aggregate: "" },
    { id: "" },
    { id: "1 2" },
    { id: "1\r\nkey: order/2" },
    { id: "*" },
    { id: ">" },
    { id: "a..b" },
    { id: "x".repeat(192) },
    { version: 0 },
    { version: -1 },
    { version: 1.5 },
    { version: Number.NaN },
    { subject: "orders" },
    { subject: "orders.v1.a b" },
  ])("refuses what no consumer could read: %j", (wrong) => {
    expect(() => composeMessage(confirmed(wrong), ids)).toThrow(TypeError);
  });
});
