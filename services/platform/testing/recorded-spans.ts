import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { recordSpans } from "../spans.ts";

/** From now on spans of this process can be looked at. `recordSpans(undefined)` ends it. */
export function recordedSpans(): { readonly spans: () => readonly ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  recordSpans(provider.getTracer("test"));
  return { spans: () => exporter.getFinishedSpans() };
}
