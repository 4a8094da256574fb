import { Code, ConnectError, type Interceptor, type UnaryRequest } from "@connectrpc/connect";
import { Refusal } from "./errors.ts";
import type { Log } from "./log.ts";
import { changeRpcRequest, rpcRequest } from "./rpc-context.ts";

export interface DeadlineSettings {
  readonly deadlineMs: number;
  readonly shutdownSignal: AbortSignal;
  readonly log: Log;
}

/** The HTTP server's own deadline stays this far behind, so that a late call is told so in its own protocol. */
const httpMarginMs = 1_000;

/**
 * Ends calls that are late, unwanted or in the way of a shutdown, even when their handler does not
 * listen to its signal. A caller can shorten the deadline of a call, and its handler can move it;
 * a stream lasts until either side ends it or the service stops.
 */
export function rpcDeadlines({ deadlineMs, shutdownSignal, log }: DeadlineSettings): Interceptor {
  const stopping = stoppingAfter(shutdownSignal);
  return (next) => async (request) => {
    if (request.stream) {
      const signal = AbortSignal.any([request.signal, stopping]);
      const response = await untilAborted(next({ ...request, signal }), signal);
      if (!response.stream) return response;
      return { ...response, message: messagesUntilAborted(response.message, signal, log) };
    }

    const deadline = startDeadline(request, deadlineMs);
    try {
      const { signal } = deadline;
      return await untilAborted(next({ ...request, signal }), signal);
    } finally {
      deadline.clear();
    }
  };
}

function startDeadline(request: UnaryRequest, deadlineMs: number) {
  const behind = request.contextValues.get(rpcRequest);
  const late = new AbortController();
  const signal = AbortSignal.any([request.signal, late.signal]);
  let timer: Timer | undefined;

  const extendDeadline = (durationMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => late.abort(deadlineExceeded()), durationMs);
    behind.extendDeadline(durationMs + httpMarginMs);
  };
  extendDeadline(deadlineMs);
  changeRpcRequest(request.contextValues, { signal, extendDeadline });
  return { signal, clear: () => clearTimeout(timer) };
}

/** What `work` comes to, or why it ended, as soon as the signal aborts. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } catch (error) {
    // A handler that listens to its signal may fail first, in words of its own.
    throw signal.aborted ? endOf(signal) : error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** A stream that was cut says so: its end alone would read as "there is nothing more to come". */
async function* messagesUntilAborted<T>(messages: AsyncIterable<T>, signal: AbortSignal, log: Log) {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    let message = await untilAborted(iterator.next(), signal);
    while (!message.done) {
      yield message.value;
      message = await untilAborted(iterator.next(), signal);
    }
    if (signal.aborted) throw endOf(signal);
  } finally {
    // Not awaited: a handler that does not listen to its signal would hold up the end.
    Promise.resolve(iterator.return?.()).catch((err: unknown) =>
      log.warn("stream handler failed after its stream had ended", { err }),
    );
  }
}

function endOf({ reason }: AbortSignal): unknown {
  if (reason instanceof ConnectError || reason instanceof Refusal) return reason;
  return new ConnectError("the caller went away", Code.Canceled);
}

/** Aborts with it, for a reason that callers understand. */
function stoppingAfter(shutdownSignal: AbortSignal): AbortSignal {
  const stopping = new AbortController();
  const stop = () => stopping.abort(serviceStopping());
  if (shutdownSignal.aborted) stop();
  else shutdownSignal.addEventListener("abort", stop, { once: true });
  return stopping.signal;
}

function deadlineExceeded(): ConnectError {
  return new ConnectError("deadline exceeded", Code.DeadlineExceeded);
}

function serviceStopping(): Refusal {
  return new Refusal("unavailable", "service_stopping", "the service is stopping");
}
