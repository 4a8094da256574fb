import { afterEach, describe, expect, test } from "bun:test";
import { SpanKind } from "@opentelemetry/api";
import { recordSpans } from "../spans.ts";
import { currentSpan, formatTraceparent, inSpan, parseTraceparent } from "../telemetry.ts";
import { recordedSpans } from "../testing/recorded-spans.ts";
import { encodeHeaders } from "./headers.ts";
import { readHeaders } from "./incoming.ts";
import { creationTraceparent, inTraceOf, processing, sendSpan, untraced } from "./message-spans.ts";

afterEach(() => recordSpans(undefined));

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const created = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };

const message = (version: number, type = "orders.v1.order_created") =>
  readHeaders({
    stream: "ORDERS",
    sequence: version,
    subject: `${type}.1`,
    headers: encodeHeaders({ "ce-type": type, key: "order/1", version: `${version}`, traceparent }),
    payload: new Uint8Array(),
    publishedAt: new Date(0),
  });

const composed = {
  eventId: "019a9f4e-0000-7000-8000-000000000001",
  type: "orders.v1.order_created",
  key: "order/1",
  subject: "orders.v1.order_created.1",
};

const ofInventory = { consumer: "inventory-service", operation: "process" } as const;
const compose = async () => creationTraceparent(composed);
const idOf = (text: string | undefined) => parseTraceparent(text)?.spanId;

describe("where nobody is told of spans", () => {
  test("a message carries the trace of the request that composes it, and none of itself", () => {
    const request = { ...created, traceFlags: 1 };

    expect(inSpan(request, () => creationTraceparent(composed))).toBe(formatTraceparent(request));
    expect(creationTraceparent(composed)).toBeUndefined();
    expect(
      sendSpan({ ...composed, version: 1, headers: "", payload: new Uint8Array() }),
    ).toBeUndefined();
  });

  test("what a message causes is of the message's trace", async () => {
    const carried = await processing([message(1)], ofInventory, () =>
      inTraceOf(message(1), compose),
    );

    expect(carried).toBe(traceparent);
    expect(currentSpan()).toBeUndefined();
  });
});

describe("where somebody is told", () => {
  test("each message of a batch has a span of its own, which what it causes is a child of", async () => {
    const told = recordedSpans();
    const batch = [message(1), message(2)];

    const carried = await processing(batch, ofInventory, () =>
      Promise.all(batch.map((one) => inTraceOf(one, compose))),
    );

    const spans = told.spans();
    const processed = spans.filter(({ kind }) => kind === SpanKind.CONSUMER);
    const creations = spans.filter(({ kind }) => kind === SpanKind.PRODUCER);
    expect(processed.map(({ name }) => name)).toEqual(
      Array(2).fill("process orders.v1.order_created"),
    );
    expect(processed.map((span) => span.parentSpanContext?.spanId)).toEqual(
      Array(2).fill(created.spanId),
    );
    expect(processed.map(({ links }) => links.map(({ context }) => context.spanId))).toEqual(
      Array(2).fill([created.spanId]),
    );
    expect(creations.map((span) => span.parentSpanContext?.spanId)).toEqual(
      processed.map((span) => span.spanContext().spanId),
    );
    expect(carried.map(idOf)).toEqual(creations.map((span) => span.spanContext().spanId));
  });

  test("a batch that is rolled back fails the spans of all its messages", async () => {
    const told = recordedSpans();
    const fault = Object.assign(new Error("of ada@example.com"), { code: "40001" });

    const handling = processing([message(1), message(2)], ofInventory, () => Promise.reject(fault));

    await expect(handling).rejects.toBe(fault);
    expect(told.spans().map(({ attributes }) => attributes["error.type"])).toEqual([
      "40001",
      "40001",
    ]);
    expect(
      JSON.stringify(told.spans().map(({ events, status }) => [events, status])),
    ).not.toContain("ada");
  });

  test("who asked for a redrive is linked, and the message's own trace goes on", async () => {
    const told = recordedSpans();
    const operator = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };
    const redriven = { consumer: "inventory-service", operation: "redrive" } as const;

    // As it is read again inside the transaction: another object for the same message.
    await inSpan(operator, () =>
      processing([message(1)], redriven, () => inTraceOf(message(1), compose)),
    );

    const span = told.spans().find(({ kind }) => kind === SpanKind.CONSUMER);
    expect(span?.name).toBe("redrive orders.v1.order_created");
    expect(span?.parentSpanContext?.spanId).toBe(created.spanId);
    expect(span?.links.map(({ context }) => context.spanId)).toEqual([
      created.spanId,
      operator.spanId,
    ]);
    const creation = told.spans().find(({ kind }) => kind === SpanKind.PRODUCER);
    expect(creation?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId ?? "");
  });

  test("what is only tried is told to nobody", async () => {
    const told = recordedSpans();

    await untraced(() => inTraceOf(message(1), compose));

    expect(told.spans()).toEqual([]);
  });

  test("a type that somebody made up is cut", async () => {
    const told = recordedSpans();

    await processing([message(1, "x".repeat(1_000))], ofInventory, async () => undefined);

    expect(told.spans()[0]?.name.length).toBeLessThan(150);
  });
});
