import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import fc from "fast-check";
import { systemRandom } from "../random.ts";
import type { StoredMessage } from "./broker.ts";
import { encodeHeaders } from "./headers.ts";
import { contextOf, payloadReader, readHeaders } from "./incoming.ts";
import { composeMessage } from "./message.ts";

const publishedAt = new Date("2026-11-21T12:00:00Z");
const eventId = "0193d9a8-1f6e-7c3a-9d1b-5a2f4e6b8c01";

function stored(headers: Record<string, string> | string, more: Partial<StoredMessage> = {}) {
  return {
    stream: "ORDERS",
    sequence: 7,
    subject: "orders.v1.order_confirmed.17",
    headers: typeof headers === "string" ? headers : encodeHeaders(headers),
    payload: new Uint8Array(),
    publishedAt,
    ...more,
  };
}

const whole = {
  "ce-id": eventId,
  "ce-type": "orders.v1.order_confirmed",
  "ce-time": "2026-11-21T11:59:58.5Z",
  key: "order/17",
  version: "3",
};

const composed = () =>
  composeMessage(
    {
      schema: OrderConfirmedSchema,
      aggregate: "order",
      id: "17",
      version: 3,
      time: publishedAt,
      body: { orderId: 17n },
    },
    { next: () => systemRandom.uuidV7() },
  );

describe("readHeaders", () => {
  test("reads a message's id, type, time and lane", () => {
    expect(readHeaders(stored(whole))).toMatchObject({
      eventId,
      type: "orders.v1.order_confirmed",
      time: new Date("2026-11-21T11:59:58.500Z"),
      lane: { key: "order/17", version: 3 },
    });
  });

  test.each([
    { key: "" },
    { key: "order" },
    { key: "Order/17" },
    { key: "order/1 7" },
    { key: `order/${"x".repeat(192)}` },
    { version: "" },
    { version: "0" },
    { version: "03" },
    { version: "-1" },
    { version: "1.5" },
    { version: "1e3" },
    { version: "9999999999999999" },
  ])("finds no lane in %j, and knows the message by its place", (wrong) => {
    const message = readHeaders(stored({ ...whole, ...wrong }));

    expect(message.lane).toBeUndefined();
    expect(message.eventId).not.toBe(eventId);
    expect(message.eventId).toBe(readHeaders(stored({})).eventId);
    expect(message.eventId).not.toBe(readHeaders(stored({}, { sequence: 8 })).eventId);
  });

  test("knows a message whose id is no UUID by its place, and keeps its lane", () => {
    const message = readHeaders(stored({ ...whole, "ce-id": "'; drop table inbox" }));

    expect(message.eventId).toBe(readHeaders(stored({})).eventId);
    expect(message.lane).toEqual({ key: "order/17", version: 3 });
  });

  test.each([
    "",
    "yesterday",
    "12",
    "2026-02-31T25:61:61Z",
    "+275760-09-13T00:00:00Z",
    "-000001-01-01T00:00:00Z",
  ])("takes when the broker stored it for a time like %j", (time) => {
    expect(readHeaders(stored({ ...whole, "ce-time": time })).time).toEqual(publishedAt);
  });

  test("takes the type from the subject where no header names it", () => {
    const { "ce-type": _, ...rest } = whole;

    expect(readHeaders(stored(rest)).type).toBe("orders.v1.order_confirmed");
    expect(readHeaders(stored(rest, { subject: "orders" })).type).toBe("");
  });

  test("passes on no trace that could break the headers it is written into", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const read = (value: string) => readHeaders(stored(`traceparent: ${value}`)).traceparent;

    expect(read(traceparent)).toBe(traceparent);
    expect(read(`${traceparent}\nkey: order/2`)).toBeUndefined();
    expect(read("x")).toBeUndefined();
  });

  test("never fails, and what it gives can be stored and sent on", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom("\r\n", "\0", ":", "ce-id: ", "key: ", "version: ", "ce-time: ", "ce-type: "),
      fc.constantFrom(
        "order/17",
        "3",
        eventId,
        "traceparent: \n",
        "\r\nce-time: 2026-02-31T25:61:61Z\r\n",
      ),
    );
    const block = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

    fc.assert(
      fc.property(block, fc.string({ unit: "binary" }), (headers, subject) => {
        const message = readHeaders(stored(headers, { subject }));

        expect(message.eventId).toMatch(/^[0-9a-f-]{36}$/);
        expect(message.time.toISOString()).toMatch(/^\d{4}-/);
        expect(message.headers + message.subject + message.type).not.toContain("\0");
        expect(() =>
          encodeHeaders({ traceparent: message.traceparent ?? "", id: message.eventId }),
        ).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

describe("payloadReader", () => {
  const reader = payloadReader([OrderConfirmedSchema]);
  const readAs = (headers: Record<string, string>, payload: Uint8Array) =>
    reader.read(readHeaders(stored({ ...whole, ...headers }, { payload })));

  test("reads what its contract describes", () => {
    expect(readAs({}, composed().payload)).toMatchObject({ ok: true, body: { orderId: 17n } });
  });

  test("names what no contract describes, and little of it", () => {
    const reading = readAs({ "ce-type": "x".repeat(10_000) }, composed().payload);

    expect(reading).toMatchObject({ ok: false, reason: "unknown_type" });
    expect(JSON.stringify(reading).length).toBeLessThan(400);
  });

  test("tells bytes that are no message, and messages that break their rules", () => {
    expect(readAs({}, new Uint8Array([255, 255, 255]))).toMatchObject({ reason: "unreadable" });
    expect(readAs({}, new Uint8Array())).toMatchObject({ reason: "unreadable" });
  });

  test("fails at no bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        const reading = readAs({}, payload);
        if (!reading.ok) expect(reading.error.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe("contextOf", () => {
  test("tells a handler what it may know besides the payload", () => {
    const message = readHeaders(stored(whole));
    if (!message.lane) throw new Error("no lane");

    expect(contextOf({ ...message, lane: message.lane })).toEqual({
      eventId,
      key: "order/17",
      version: 3,
      time: new Date("2026-11-21T11:59:58.500Z"),
      traceparent: undefined,
    });
  });
});
