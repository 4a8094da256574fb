import { RefusalDetailSchema } from "@app/contracts/gen/platform/v1/refusal_pb.ts";
import { Code, ConnectError } from "@connectrpc/connect";

export interface ProblemFields {
  /** As HTTP has it; 0 when no answer came. */
  readonly status: number;
  /** Stable slug to match on, such as `order_not_found`; `no_connection` when no answer came. */
  readonly code: string;
  /** What happened, for people. */
  readonly title: string;
  /** Why, for people: the text that the service gave. */
  readonly detail: string;
  /** What to quote when asking about it; a request that never arrived has none. */
  readonly traceId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly violations?: readonly unknown[] | undefined;
  /** What the service adds, such as the skus that were missing. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A call that did not do what it should, the same whichever door was used. */
export class Problem extends Error implements ProblemFields {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly traceId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly violations: readonly unknown[] | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(fields: ProblemFields, options?: ErrorOptions) {
    super(fields.detail, options);
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.detail = fields.detail;
    this.traceId = fields.traceId;
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.violations = fields.violations;
    this.extra = fields.extra ?? {};
  }

  /** Whether somebody said no: nothing was done, and the same call will be answered the same. */
  get isRefusal(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }

  /** Whether the same call may do it later: nobody said no, and what was done is not known. */
  get isPassing(): boolean {
    return !this.isRefusal && this.code !== pageFault.code;
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ConnectError) return problemOfConnect(error);
  if (isNoAnswer(error)) return noConnection(error);
  const options = { cause: error };
  return new Problem(
    { ...pageFault, detail: error instanceof Error ? error.message : "" },
    options,
  );
}

/** The problem that a REST answer tells in its body, or the one that its status alone tells. */
export async function problemOfResponse(response: Response): Promise<Problem> {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "";
  const body = type.includes("json") ? await response.json().catch(() => null) : null;
  const told: Readonly<Record<string, unknown>> = isRecord(body) ? body : {};
  const { title, detail, code, traceId, type: _, status: __, violations, ...extra } = told;
  return new Problem({
    status,
    code: text(code) ?? `http_${status}`,
    title: text(title) ?? titleOf(status),
    detail: text(detail) ?? "",
    traceId: text(traceId) ?? traceIdIn(headers),
    retryAfterSeconds: secondsIn(headers),
    violations: Array.isArray(violations) ? violations : undefined,
    extra,
  });
}

/** The trace of an answer, from the header that every answer has. */
export function traceIdIn(headers: Headers): string | undefined {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.get("traceparent") ?? "")?.[1];
}

const pageFault = { status: 500, code: "page_fault", title: "Something failed on this page" };

const statuses: Readonly<Partial<Record<Code, number>>> = {
  [Code.InvalidArgument]: 400,
  [Code.OutOfRange]: 400,
  [Code.Unauthenticated]: 401,
  [Code.PermissionDenied]: 403,
  [Code.NotFound]: 404,
  [Code.Unimplemented]: 404,
  [Code.DeadlineExceeded]: 504,
  [Code.FailedPrecondition]: 409,
  [Code.Aborted]: 409,
  [Code.AlreadyExists]: 422,
  [Code.ResourceExhausted]: 429,
  [Code.Unavailable]: 503,
};

/** Where a service says nothing but a status. */
const titles: Readonly<Record<number, string>> = {
  400: "That cannot be done like this",
  401: "Please sign in",
  403: "You may not do this",
  404: "There is no such thing",
  409: "That is not possible now",
  422: "This was sent before with other content",
  429: "Too many requests",
  502: "The service cannot be reached",
  503: "The service is busy or away",
  504: "The service took too long",
};

const titleOf = (status: number) => titles[status] ?? "Something failed on our side";

function problemOfConnect(error: ConnectError): Problem {
  // Transports wrap what `fetch` threw; no answer of a service is of these kinds.
  if (error.code === Code.Canceled || isNoAnswer(error.cause)) return noConnection(error);
  const status = statuses[error.code] ?? 500;
  const [refusal] = error.findDetails(RefusalDetailSchema);
  return new Problem(
    {
      status,
      code: refusal?.reason ?? Code[error.code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase(),
      title: titleOf(status),
      detail: error.rawMessage,
      traceId: traceIdIn(error.metadata),
      retryAfterSeconds: secondsIn(error.metadata),
      extra: refusal?.members ?? {},
    },
    { cause: error },
  );
}

function noConnection(cause: unknown): Problem {
  return new Problem(
    {
      status: 0,
      code: "no_connection",
      title: "No connection",
      detail: "No answer came. Nothing you typed is lost.",
    },
    { cause },
  );
}

/** `fetch` throws a TypeError when the network fails, and a DOMException when it is given up. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException;
}

function secondsIn(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
