import type { SpanContext } from "@opentelemetry/api";
import type { Guests, Identity } from "./auth.ts";

/** What is known about a request beside the request. */
export interface RequestContext extends Identity {
  readonly requestId: string;
  /** Who sent it, by network address; `unknown` where that cannot be told. */
  readonly address: string;
  readonly span: SpanContext;
  /** Aborts when the caller is gone or the deadline has passed. */
  readonly signal: AbortSignal;
  /** Waits for the caller's body: a deadline that passes meanwhile is the caller's to explain. */
  receiving<T>(body: Promise<T>): Promise<T>;
  /** Gives a request that waits on purpose `durationMs` from now instead of the usual deadline. */
  extendDeadline(durationMs: number): void;
  /**
   * Counts an answer that goes on, until what it returns is called. Refuses with kind `limited` when
   * the caller has as many open as allowed.
   */
  openStream(): () => void;
  /** Keeps the request's line out of the usual log: there are many of its kind, and none tells much. */
  keepQuiet(): void;
  /** Leaves what went wrong to the request's line in the log; the caller is not told. */
  noteFault(error: unknown): void;
  /** Says which route it met, by its pattern: what it is measured as and how its span is called. */
  noteRoute(route: string): void;
}

const contexts = new WeakMap<Request, RequestContext>();

export function setContext(request: Request, context: RequestContext): void {
  contexts.set(request, context);
}

/** The context of a request that is being served. */
export function contextOf(request: Request): RequestContext {
  return contexts.get(request) ?? unserved(request);
}

let guestsUnserved: Guests = "everywhere";

/** From now on in this process, a request whose context was lost on its way is let in nowhere. */
export function refuseUnserved(): void {
  guestsUnserved = "nowhere";
}

/** Handlers can be called without a server, as tests do. A running service refuses that. */
function unserved(request: Request): RequestContext {
  return {
    requestId: "unserved",
    address: "unknown",
    span: { traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 },
    caller: undefined,
    refusedCredential: undefined,
    get guests() {
      return guestsUnserved;
    },
    signal: request.signal,
    receiving: (body) => body,
    extendDeadline: () => undefined,
    openStream: () => () => undefined,
    keepQuiet: () => undefined,
    noteFault: () => undefined,
    noteRoute: () => undefined,
  };
}
