import { describe, expect, test } from "bun:test";
import {
  childSpan,
  currentSpan,
  formatTraceparent,
  inSpan,
  parseTraceparent,
} from "./telemetry.ts";

const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("traceparent", () => {
  test("is read and written back unchanged", () => {
    const span = parseTraceparent(header);

    expect(span).toEqual({
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      spanId: "00f067aa0ba902b7",
      traceFlags: 1,
      isRemote: true,
    });
    expect(span && formatTraceparent(span)).toBe(header);
  });

  test("of a later version is read by its known part", () => {
    expect(parseTraceparent(`01${header.slice(2)}-more`)?.spanId).toBe("00f067aa0ba902b7");
  });

  test("is ignored when it is missing, malformed, all zero or of the forbidden version", () => {
    const bad = [
      undefined,
      null,
      "",
      "nonsense",
      header.toUpperCase(),
      `${header}-more`,
      `ff${header.slice(2)}`,
      `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${"0".repeat(16)}-01`,
    ];

    expect(bad.map(parseTraceparent)).toEqual(bad.map(() => undefined));
  });
});

describe("childSpan", () => {
  test("stays in its parent's trace under an id of its own", () => {
    const parent = parseTraceparent(header);
    const child = childSpan(parent);

    expect(child).toMatchObject({ traceId: parent?.traceId ?? "", traceFlags: 1 });
    expect(child.spanId).not.toBe(parent?.spanId ?? "");
  });

  test("starts a valid trace without a parent", () => {
    const span = childSpan(undefined);

    expect(parseTraceparent(formatTraceparent(span))).toMatchObject({ traceId: span.traceId });
  });
});

describe("inSpan", () => {
  test("keeps concurrent work apart", async () => {
    const spans = [childSpan(undefined), childSpan(undefined)];

    const seen = await Promise.all(
      spans.map((span) => inSpan(span, () => Promise.resolve().then(() => currentSpan()?.traceId))),
    );

    expect(seen).toEqual(spans.map(({ traceId }) => traceId));
    expect(currentSpan()).toBeUndefined();
  });
});
