import { afterEach, describe, expect, test } from "bun:test";
import { diag, SpanKind } from "@opentelemetry/api";
import { recordSpans, startSpan } from "./spans.ts";
import { collector } from "./testing/collector.ts";
import { recordedLog } from "./testing/recorded-log.ts";
import { startTracing, type TracingOptions } from "./tracing-sdk.ts";

afterEach(() => {
  recordSpans(undefined);
  diag.disable();
});

/** The first export of a process may take seconds on a busy machine. */
const timeoutMs = 60_000;

const work = () => startSpan("work", { kind: SpanKind.SERVER, parent: undefined }).end();

function tracing(settings: Pick<TracingOptions, "endpoint"> & Partial<TracingOptions>) {
  const { log, lines } = recordedLog();
  return {
    stop: startTracing({ service: "orders", timeoutMs, share: 1, log, ...settings }),
    lines,
  };
}

describe("startTracing", () => {
  test("tells a collector of spans, the last ones when it is stopped, and of none after that", async () => {
    using told = collector();
    const { stop, lines } = tracing({ endpoint: `${told.endpoint}/` });

    work();
    await stop(timeoutMs);
    work();

    expect(told.spans.map(({ service, name }) => [service, name])).toEqual([["orders", "work"]]);
    expect(lines).toEqual([]);
  });

  test("tells the share of traces that it is asked for, and no others", async () => {
    using told = collector();
    const { stop } = tracing({ endpoint: told.endpoint, share: 0 });

    work();
    await stop(timeoutMs);

    expect(told.spans).toEqual([]);
  });

  test("stops all the same when nobody listens, and says so", async () => {
    const away = collector();
    away[Symbol.dispose]();
    const { stop, lines } = tracing({ endpoint: away.endpoint });

    work();
    await stop(200);

    expect(lines.map(({ level }) => level)).toContain("warn");
    expect(lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("cuts what the SDK has to say: a collector may answer with a page", async () => {
    using told = collector();
    const { stop, lines } = tracing({ endpoint: told.endpoint });

    diag.error("x".repeat(100_000), ...Array.from({ length: 50 }, () => "y".repeat(100_000)));

    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines).length).toBeLessThan(3_000);
    await stop(timeoutMs);
  });
});
