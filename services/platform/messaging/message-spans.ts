import {
  type Attributes,
  context,
  createContextKey,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import { failSpan, recordsSpans, startSpan } from "../spans.ts";
import {
  childSpan,
  currentSpan,
  formatTraceparent,
  inSpan,
  parseTraceparent,
} from "../telemetry.ts";
import { decodeHeaders } from "./headers.ts";
import type { Incoming } from "./incoming.ts";
import type { OutgoingMessage } from "./message.ts";

/**
 * Spans of messages, by the conventions of OpenTelemetry. Each message has a creation context, which
 * it carries for ever in its `traceparent`: that of the span in which it was composed. Sending it and
 * each handling of it are linked to that context, as the conventions ask, and are its children as
 * well, so that all that follows from one request is one trace, redrives included.
 */

/** What a message to be is known by. */
interface Composed {
  readonly eventId: string;
  readonly type: string;
  readonly key: string;
  readonly subject: string;
}

/** The `traceparent` of a message that is being composed; undefined where nothing is traced. */
export function creationTraceparent(message: Composed): string | undefined {
  const cause = currentSpan();
  if (!recordsSpans()) return cause && formatTraceparent(cause);
  const { type, ...rest } = message;
  const span = startSpan(`create ${type}`, {
    kind: SpanKind.PRODUCER,
    parent: cause,
    attributes: { ...attributesOf({ ...rest, type }), ...operation("create", "create") },
  });
  span.end();
  return formatTraceparent(span.spanContext());
}

/** The span of one try at publishing; undefined where nobody is told. */
export function sendSpan(message: OutgoingMessage): Span | undefined {
  if (!recordsSpans()) return undefined;
  const headers = decodeHeaders(message.headers);
  const type = headers.get("ce-type") ?? "";
  const created = parseTraceparent(headers.get("traceparent"));
  return startSpan(`send ${type}`, {
    kind: SpanKind.CLIENT,
    parent: created,
    links: linksTo([created]),
    attributes: { ...attributesOf({ ...message, type }), ...operation("send", "send") },
  });
}

/** Messages that are being handled, each with its span. */
interface Processing {
  spanOf(message: Incoming): Span | undefined;
}

const processingKey = createContextKey("messages that are being handled");

export interface Processed {
  readonly consumer: string;
  /** What is done with the messages: they are delivered, or run from where they are held. */
  readonly operation: "process" | "run parked" | "redrive";
}

/**
 * Handles messages in spans of their own, which last as long as `work` and fail with it. An operator
 * who asked for it is linked. Where nobody is told it is `work` alone.
 */
export async function processing<T>(
  messages: readonly Incoming[],
  processed: Processed,
  work: () => Promise<T>,
): Promise<T> {
  if (!recordsSpans()) return work();
  const asked = currentSpan();
  const spans = new Map(
    messages.map((message) => [message, processSpan(message, processed, asked)]),
  );
  const [only] = spans.values();
  const one = spans.size === 1 ? only : undefined;
  const handled: Processing = { spanOf: (message) => one ?? spans.get(message) };
  const around = context.active().setValue(processingKey, handled);
  try {
    return await context.with(one ? trace.setSpan(around, one) : around, work);
  } catch (error) {
    for (const span of spans.values()) failSpan(span, error);
    throw error;
  } finally {
    for (const span of spans.values()) span.end();
  }
}

/**
 * Runs `work` as part of what a message caused: messages that it composes and lines that it logs are
 * of the message's trace, whether or not anybody is told of spans.
 */
export function inTraceOf<T>(message: Incoming, work: () => T): T {
  const span = spanInHand(message)?.spanContext() ?? parseTraceparent(message.traceparent);
  return span === undefined ? work() : inSpan(span, work);
}

/** Tries what will be undone: messages that it composes are never sent, and nobody is told of them. */
export function untraced<T>(work: () => T): T {
  // Of what has a parent that is not recorded nothing is.
  const span = trace.wrapSpanContext(childSpan(undefined));
  const trial: Processing = { spanOf: () => span };
  return context.with(context.active().setValue(processingKey, trial), work);
}

function spanInHand(message: Incoming): Span | undefined {
  if (!recordsSpans()) return undefined;
  const handled = context.active().getValue(processingKey) as Processing | undefined;
  return handled?.spanOf(message);
}

/** Whoever publishes may claim any type. */
const typeMax = 128;

function processSpan(
  message: Incoming,
  { consumer, operation: name }: Processed,
  asked: SpanContext | undefined,
): Span {
  const created = parseTraceparent(message.traceparent);
  const { eventId, type, subject, lane, stream, sequence } = message;
  return startSpan(`${name} ${type.slice(0, typeMax)}`, {
    kind: SpanKind.CONSUMER,
    parent: created,
    links: linksTo([created, asked]),
    attributes: {
      ...attributesOf({ eventId, type, subject, key: lane?.key }),
      ...operation(name, "process"),
      "messaging.consumer.group.name": consumer,
      "messaging.nats.stream": stream,
      "messaging.nats.sequence": sequence,
    },
  });
}

/** What tells messages apart, and nothing of what they say. */
function attributesOf({
  eventId,
  type,
  subject,
  key,
}: Omit<Composed, "key"> & { readonly key: string | undefined }): Attributes {
  return {
    "messaging.system": "nats",
    "messaging.destination.name": subject,
    "messaging.destination.template": type.slice(0, typeMax),
    "messaging.message.id": eventId,
    ...(key === undefined ? {} : { "messaging.message.key": key }),
  };
}

const operation = (name: string, type: "create" | "send" | "process"): Attributes => ({
  "messaging.operation.name": name,
  "messaging.operation.type": type,
});

function linksTo(contexts: readonly (SpanContext | undefined)[]): Link[] {
  return contexts.flatMap((context) => (context === undefined ? [] : [{ context }]));
}
