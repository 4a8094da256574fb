import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { Refusal } from "./errors.ts";
import { childSpan } from "./telemetry.ts";

/** What is known of a piece of work when it begins. */
export interface SpanStart {
  readonly kind: SpanKind;
  /** What caused it; without one it begins a trace. */
  readonly parent: SpanContext | undefined;
  /** What belongs to it in another way. */
  readonly links?: Link[];
  readonly attributes?: Attributes;
}

let tracer: Tracer | undefined;

/** From now on this process tells its spans to `given`; to nobody when that is undefined. */
export function recordSpans(given: Tracer | undefined): void {
  tracer = given;
}

/** Whether anybody is told of spans. Where nobody is, none needs more than its ids. */
export const recordsSpans = (): boolean => tracer !== undefined;

/**
 * Begins a span, which is told of once it is ended, and never where it is not. Whether or not
 * anybody is told, it has ids: log lines and messages name them.
 */
export function startSpan(name: string, { parent, ...start }: SpanStart): Span {
  if (tracer === undefined) return trace.wrapSpanContext(childSpan(parent));
  const around = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  return tracer.startSpan(name, start, around);
}

/**
 * Says that the work failed, and by what kind of error. Never its text: that may quote what callers
 * sent, and whoever reads traces is not whom they sent it to.
 */
export function failSpan(span: Span, error: unknown): void {
  span.setAttribute("error.type", errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The same of the span that the caller runs in, if any, where what went wrong is not thrown. */
export function failActiveSpan(error: unknown): void {
  const span = trace.getActiveSpan();
  if (span) failSpan(span, error);
}

/** A short name of what went wrong, of which there are few: a reason, a code or a class. */
export function errorType(error: unknown): string {
  if (error instanceof Refusal) return error.reason;
  if (!(error instanceof Error)) return typeof error;
  return codeOf(error) ?? codeOf(error.cause) ?? error.name;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
