import { AsyncLocalStorage } from "node:async_hooks";
import { getRandomValues } from "node:crypto";
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
  trace,
} from "@opentelemetry/api";

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` header (W3C Trace Context, section 3.2). Anything that is
 * not one gives `undefined`, and the caller starts a trace of its own.
 */
export function parseTraceparent(header: string | null | undefined): SpanContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", rest] =
    TRACEPARENT.exec(header?.trim() ?? "") ?? [];
  if (version === undefined || version === "ff") return undefined;
  if (version === "00" && rest !== undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** One step further in the trace of `parent`, or the first step of a new trace. */
export function childSpan(parent: SpanContext | undefined): SpanContext {
  return {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    traceFlags: parent?.traceFlags ?? TraceFlags.NONE,
  };
}

/** Runs `work` as part of `span`: log lines and outgoing messages name its trace, across awaits too. */
export function inSpan<Result>(span: SpanContext, work: () => Result): Result {
  return context.with(trace.setSpanContext(context.active(), span), work);
}

/** The span the caller runs in, if any. */
export function currentSpan(): SpanContext | undefined {
  return trace.getSpanContext(context.active());
}

/**
 * Carries the active context across awaits. An SDK that is set up before this
 * module loads brings its own manager and keeps it.
 */
class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<Args extends unknown[], Work extends (...args: Args) => ReturnType<Work>>(
    active: Context,
    work: Work,
    thisArg?: ThisParameterType<Work>,
    ...args: Args
  ): ReturnType<Work> {
    return this.#storage.run(active, () => work.call(thisArg, ...args));
  }

  bind<Target>(active: Context, target: Target): Target {
    if (typeof target !== "function") return target;
    const bound = (...args: unknown[]) => this.#storage.run(active, () => target(...args));
    return Object.assign(bound, target);
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

context.setGlobalContextManager(new AsyncContextManager());

function randomHex(bytes: number): string {
  return getRandomValues(Buffer.alloc(bytes)).toString("hex");
}
