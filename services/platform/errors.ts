/** Why the domain said no. Each edge maps a kind to its own code, in one table (HTTP 400 401 403 404 409 409 422 429 503). */
export type RefusalKind =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "insufficient"
  | "mismatch"
  | "limited"
  | "unavailable";

/** What a refusal may carry besides its text. */
export interface RefusalOptions extends ErrorOptions {
  /** Members for the caller beside the message, such as `{ id: 1, missing: ["burger"] }`. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** After how many seconds another try may succeed; HTTP says it as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** An expected refusal, safe to show to the caller. Any other throw is a bug or an outage. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly kind: RefusalKind;
  /** Stable slug that clients may match on, such as `order_already_cancelled`. */
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: RefusalKind,
    reason: string,
    message: string,
    { details = {}, retryAfterSeconds, ...options }: RefusalOptions = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.reason = reason;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What a kind of refusal means to everybody: the API, the logs, the command line and the pages. */
export interface RefusalMeaning {
  readonly httpStatus: number;
  /** One short line for people, the same for every refusal of the kind. */
  readonly title: string;
}

/** The one table from a refusal's kind to what each edge says. */
export const refusalMeanings: Readonly<Record<RefusalKind, RefusalMeaning>> = {
  invalid: { httpStatus: 400, title: "The request is not valid" },
  unauthenticated: { httpStatus: 401, title: "Sign in first" },
  forbidden: { httpStatus: 403, title: "This is not allowed" },
  not_found: { httpStatus: 404, title: "There is no such thing" },
  conflict: { httpStatus: 409, title: "The present state does not allow it" },
  insufficient: { httpStatus: 409, title: "There is not enough left" },
  mismatch: { httpStatus: 422, title: "The key was used for another request" },
  limited: { httpStatus: 429, title: "Too many requests" },
  unavailable: { httpStatus: 503, title: "Not available at the moment" },
};
