import { cors as ofCalls } from "@connectrpc/connect";

/** Lets pages of other origins read answers (Fetch standard, section 3.3). */
export interface Cors {
  /** Answers a browser that asks before it sends; undefined when it is no such question, or not for us. */
  preflight(request: Request): Response | undefined;
  /** Says on an answer, whatever it is, who may read it. */
  allow(request: Request, headers: Headers): void;
}

/** How long a browser may remember what it was told. */
const MAX_AGE_SECONDS = 600;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].join(", ");

const sent = [
  ...ofCalls.allowedHeaders,
  ...["Authorization", "Idempotency-Key", "Prefer", "If-None-Match", "Last-Event-ID"],
  ...["Traceparent", "X-Request-Id"],
].join(", ");

const exposed = [
  ...ofCalls.exposedHeaders,
  ...["Location", "Retry-After", "Allow", "ETag", "WWW-Authenticate", "Preference-Applied"],
  ...["Idempotency-Replayed", "Traceparent", "X-Request-Id"],
].join(", ");

/**
 * Lets pages of exactly these origins call, with their reader's credentials, and read what they are
 * answered, refusals included. Nobody else is told anything: without origins there is no CORS.
 */
export function corsFor(origins: readonly string[]): Cors | undefined {
  if (origins.length === 0) return undefined;
  const allowed = new Set(origins);
  const originOf = ({ headers }: Request) => {
    const origin = headers.get("origin");
    return origin !== null && allowed.has(origin) ? origin : undefined;
  };
  return {
    preflight(request) {
      const { method, headers } = request;
      if (method !== "OPTIONS" || !headers.has("access-control-request-method")) return undefined;
      if (originOf(request) === undefined) return undefined;
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-methods": methods,
          "access-control-allow-headers": sent,
          "access-control-max-age": String(MAX_AGE_SECONDS),
        },
      });
    },
    allow(request, headers) {
      // A cache must not show one origin what another was answered, nor an answer that names none.
      headers.append("vary", "Origin");
      const origin = originOf(request);
      if (origin === undefined) return;
      headers.set("access-control-allow-origin", origin);
      headers.set("access-control-allow-credentials", "true");
      headers.set("access-control-expose-headers", exposed);
    },
  };
}
