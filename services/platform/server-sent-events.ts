import type { RequestContext } from "./request-context.ts";

/** One event of the stream. A reconnecting browser sends the last `id` it saw. */
export interface ServerSentEvent {
  readonly id?: string;
  readonly event?: string;
  /** Sent as JSON on one line. */
  readonly data: unknown;
}

export interface EventStreamSettings {
  /** The request that is answered: its caller may have so many streams open. */
  readonly context: Pick<RequestContext, "openStream">;
  /** Ends the stream from the server's side, as on shutdown or when the request is gone. */
  readonly signal: AbortSignal;
  /** Proxies and Bun cut what is silent for longer; at most 5 s. */
  readonly heartbeatMs?: number;
  /** How long a browser should wait before it connects again. */
  readonly retryMs?: number;
}

const HEARTBEAT_MAX_MS = 5_000;

/**
 * Streams events as they come, with a comment as a heartbeat in between. The
 * source is given a signal that aborts when the client is gone or the server
 * stops: a source that waits must listen to it, and its iterator is then returned.
 * Slow readers are not written ahead of: the source is asked for one event at a time.
 * Refuses with kind `limited` a caller who has too many streams open.
 */
export function eventStream(
  source: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>,
  { context, signal, heartbeatMs = HEARTBEAT_MAX_MS, retryMs = 2_000 }: EventStreamSettings,
): Response {
  const stop = new AbortController();
  const end = () => stop.abort();
  stop.signal.addEventListener("abort", context.openStream(), { once: true });
  const lines = withHeartbeats(startOf(source, stop), {
    stop,
    heartbeatMs: Math.min(heartbeatMs, HEARTBEAT_MAX_MS),
  });
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  stop.signal.addEventListener("abort", () => signal.removeEventListener("abort", end));

  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(`retry: ${retryMs}\n\n`)),
    pull: async (controller) => {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: end,
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      // Nginx would hold small events back.
      "x-accel-buffering": "no",
    },
  });
}

/** A source that refuses ends what was opened for it. */
function startOf(
  source: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>,
  stop: AbortController,
): AsyncIterable<ServerSentEvent> {
  try {
    return source(stop.signal);
  } catch (error) {
    stop.abort();
    throw error;
  }
}

async function* withHeartbeats(
  events: AsyncIterable<ServerSentEvent>,
  { stop, heartbeatMs }: { readonly stop: AbortController; readonly heartbeatMs: number },
): AsyncGenerator<string, undefined> {
  const iterator = events[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    while (!stop.signal.aborted) {
      const found = await firstWithin(next, { limitMs: heartbeatMs, signal: stop.signal });
      if (found === undefined) {
        if (!stop.signal.aborted) yield ": heartbeat\n\n";
        continue;
      }
      if (found.done) return;
      yield textOf(found.value);
      next = iterator.next();
    }
  } finally {
    stop.abort();
    // Not awaited: a source that ignores its signal must not hold the connection.
    void iterator.return?.()?.catch(() => undefined);
  }
}

/** What the promise gives, or `undefined` when the limit or the signal comes first. */
async function firstWithin<Result>(
  promise: Promise<Result>,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<Result | undefined> {
  const early = Promise.withResolvers<undefined>();
  const give = () => early.resolve(undefined);
  const timer = setTimeout(give, limitMs);
  signal.addEventListener("abort", give, { once: true });
  try {
    return await Promise.race([promise, early.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", give);
  }
}

function textOf({ id, event, data }: ServerSentEvent): string {
  const name = event === undefined ? "" : `event: ${oneLine(event)}\n`;
  const mark = id === undefined ? "" : `id: ${oneLine(id)}\n`;
  return `${name}${mark}data: ${JSON.stringify(data)}\n\n`;
}

/** A line break inside a field would start another one. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, " ");
}
