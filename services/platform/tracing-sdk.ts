import { type DiagLogger, DiagLogLevel, diag } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Log } from "./log.ts";
import { recordSpans } from "./spans.ts";
import { within } from "./within.ts";

export interface TracingOptions {
  readonly service: string;
  /** Where a collector takes OTLP over HTTP, without the path of the signal. */
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long the collector may take for a batch, and for the last one of a service that stops. */
  readonly timeoutMs: number;
  /** The share of traces that begin here and are told. */
  readonly share: number;
  readonly log: Log;
}

/** Spans that wait for the collector; more are dropped, because work goes before telling of it. */
const waitingMax = 8_192;
const batchMax = 512;
const exportEveryMs = 2_000;
const marginMs = 100;

/**
 * Tells a collector of this process's spans, from now until what is returned is called, which tells
 * the last of them. Whoever continues a trace keeps the decision of whoever began it. A collector
 * that is away costs its spans and nothing else.
 *
 * The only file that knows the SDK. It is loaded where traces are wanted and nowhere else.
 */
export function startTracing(options: TracingOptions): (graceMs: number) => Promise<void> {
  const { service, endpoint, headers, timeoutMs, share, log } = options;
  diag.setLogger(diagnosticsInto(log), {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, "")}/v1/traces`,
    timeoutMillis: timeoutMs,
    ...(headers === undefined ? {} : { headers: { ...headers } }),
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": service,
      "service.instance.id": instance(),
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: waitingMax,
        maxExportBatchSize: batchMax,
        scheduledDelayMillis: exportEveryMs,
        exportTimeoutMillis: timeoutMs,
      }),
    ],
  });
  recordSpans(provider.getTracer("quickbite"));
  return async (graceMs) => {
    recordSpans(undefined);
    // Before whoever closes the service calls it late.
    const limitMs = Math.max(0, Math.min(graceMs - marginMs, timeoutMs));
    try {
      await within(provider.shutdown(), limitMs, "the collector does not answer");
    } catch (err) {
      // The service has stopped as it should: nothing but its last spans is missing.
      log.warn("the last traces could not be told", { err });
    }
  };
}

/** A collector's answer may be a page of HTML, and the SDK hands on all of it. */
const charactersMax = 300;
const detailsMax = 4;

const cut = (text: string) =>
  text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;

/** Replicas of a service are told apart by it, and a process from the one before it. */
const instance = () => crypto.randomUUID();

/** The SDK's own troubles are no errors of ours: requests and messages go on without it. */
function diagnosticsInto(log: Log): DiagLogger {
  const warn = (message: string, ...details: unknown[]) =>
    log.warn("traces could not be told", {
      problem: cut(message),
      details: details.slice(0, detailsMax).map((detail) => cut(String(detail))),
    });
  const ignore = () => undefined;
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}
