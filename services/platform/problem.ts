import { Refusal, type RefusalKind, refusalMeanings } from "./errors.ts";
import { isDatabaseOutage } from "./outage.ts";
import { currentSpan } from "./telemetry.ts";

/** An error as RFC 9457 tells it, without what is the same for every one. */
export interface Problem {
  readonly status: number;
  /** Stable slug that clients may match on; it names the type too. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** Members beside the standard ones, which they cannot replace. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A problem as the caller gets it: `application/problem+json`, with the trace to ask about. */
export function problemResponse({
  status,
  code,
  title,
  detail,
  extra,
  headers,
}: Problem): Response {
  const traceId = currentSpan()?.traceId;
  const body = {
    ...extra,
    type: `/problems/${code}`,
    title,
    status,
    detail,
    code,
    ...(traceId === undefined ? {} : { traceId }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...headers,
    },
  });
}

/**
 * What the caller is told about anything thrown. A refusal is told in full, an
 * outage by its name, and of a fault nothing but that it happened.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return problemOfRefusal(error);
  return isDatabaseOutage(error) ? problems.databaseUnavailable : problems.internalError;
}

const refusalHeaders: Partial<Record<RefusalKind, Readonly<Record<string, string>>>> = {
  unauthenticated: { "www-authenticate": "Bearer" },
};

function problemOfRefusal({ kind, reason, message, details, retryAfterSeconds }: Refusal): Problem {
  const { httpStatus, title } = refusalMeanings[kind];
  return {
    status: httpStatus,
    code: reason,
    title,
    detail: message,
    extra: details,
    headers: {
      ...refusalHeaders[kind],
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    },
  };
}

/** The problems that HTTP itself has, before and after any domain speaks. */
export const problems = {
  notFound: {
    status: 404,
    code: "not_found",
    title: refusalMeanings.not_found.title,
    detail: "not found",
  },
  invalidUrl: {
    status: 400,
    code: "invalid_url",
    title: refusalMeanings.invalid.title,
    detail: "invalid url",
  },
  methodNotAllowed: (methods: readonly string[]) => ({
    status: 405,
    code: "method_not_allowed",
    title: "This method does not work here",
    detail: `method not allowed, use ${methods.join(" or ")}`,
    headers: { allow: methods.join(", ") },
  }),
  bodyTooSlow: {
    status: 408,
    code: "body_too_slow",
    title: "The request came too slowly",
    detail: "the body did not arrive in time",
    // What is still on its way is not read, so the connection cannot be used again.
    headers: { connection: "close" },
  },
  unsupportedEncoding: {
    status: 415,
    code: "unsupported_encoding",
    title: "The request comes in a form that is not read here",
    detail: "body must not be compressed",
    headers: { "accept-encoding": "identity" },
  },
  bodyTooLarge: (bytesMax: number) => ({
    status: 413,
    code: "body_too_large",
    title: "The request is too large",
    detail: `body must be at most ${bytesMax} bytes`,
    // What is still on its way is not read, so the connection cannot be used again.
    headers: { connection: "close" },
  }),
  urlTooLong: (charactersMax: number) => ({
    status: 414,
    code: "url_too_long",
    title: "The request is too large",
    detail: `url must be at most ${charactersMax} characters`,
  }),
  internalError: {
    status: 500,
    code: "internal_error",
    title: "Something failed on our side",
    detail: "internal error",
  },
  databaseUnavailable: {
    status: 503,
    code: "database_unavailable",
    title: refusalMeanings.unavailable.title,
    detail: "database unavailable",
    headers: { "retry-after": "1" },
  },
  deadlineExceeded: {
    status: 503,
    code: "deadline_exceeded",
    title: refusalMeanings.unavailable.title,
    detail: "deadline exceeded",
    headers: { "retry-after": "1" },
  },
} as const satisfies Record<string, Problem | ((...limits: never[]) => Problem)>;
