import { afterEach, describe, expect, test } from "bun:test";
import { SpanKind } from "@opentelemetry/api";
import { Refusal } from "./errors.ts";
import { errorType, failSpan, recordSpans, startSpan } from "./spans.ts";
import { parseTraceparent } from "./telemetry.ts";
import { recordedSpans } from "./testing/recorded-spans.ts";

afterEach(() => recordSpans(undefined));

const parent = parseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

describe("startSpan", () => {
  test("gives ids in the parent's trace and records nothing where nobody is told", () => {
    const span = startSpan("work", { kind: SpanKind.INTERNAL, parent });

    expect(span.isRecording()).toBe(false);
    expect(span.spanContext().traceId).toBe(parent?.traceId ?? "");
    expect(span.spanContext().spanId).not.toBe(parent?.spanId ?? "");
  });

  test("tells of a span once it is ended, and never of one that is not", () => {
    const told = recordedSpans();

    startSpan("quiet", { kind: SpanKind.INTERNAL, parent });
    startSpan("work", { kind: SpanKind.SERVER, parent }).end();

    expect(told.spans().map(({ name }) => name)).toEqual(["work"]);
    expect(told.spans()[0]?.parentSpanContext?.spanId).toBe(parent?.spanId ?? "");
  });

  test("tells nothing of a trace whose beginner decided so", () => {
    const told = recordedSpans();

    const unsampled = parent && { ...parent, traceFlags: 0 };
    const span = startSpan("work", { kind: SpanKind.SERVER, parent: unsampled });
    span.end();

    expect(told.spans()).toEqual([]);
    expect(span.spanContext().traceId).toBe(parent?.traceId ?? "");
  });
});

describe("failSpan", () => {
  test("says by what kind of error, and never its text", () => {
    const told = recordedSpans();
    const span = startSpan("work", { kind: SpanKind.SERVER, parent });

    failSpan(span, new Error("ada@example.com is registered", { cause: { code: 1 } }));
    span.end();

    expect(told.spans()[0]?.attributes).toEqual({ "error.type": "Error" });
    expect(JSON.stringify(told.spans()[0]?.status)).not.toContain("ada");
  });
});

test("errorType is a reason, a code of the error or of its cause, or a class", () => {
  const refused = new Refusal("conflict", "order_already_cancelled", "already cancelled");
  const coded = Object.assign(new Error("no"), { code: "ECONNREFUSED" });

  expect(
    [refused, coded, new Error("failed query", { cause: coded }), new TypeError("no"), "text"].map(
      errorType,
    ),
  ).toEqual(["order_already_cancelled", "ECONNREFUSED", "ECONNREFUSED", "TypeError", "string"]);
});
