import { z } from "zod";

/** What an answer holds where no schema of its route says it. */
export interface AnswerNote {
  readonly description: string;
  /** Such as `text/event-stream`; without it the answer has no body. */
  readonly media?: string;
}

/** What a reader of the API has to know of a call, beside what its route says by itself. */
export interface CallNote {
  /** One line: what the call does. */
  readonly summary: string;
  readonly description?: string;
  /** Where a route reads its query or its body by hand, what it reads. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Headers of the request that matter, from `headerNotes`. */
  readonly headers?: readonly HeaderName[];
  /** A request and its answer, as they are sent. */
  readonly example?: { readonly body?: unknown; readonly answer?: unknown };
  /** Answers by status: those that no schema of the route describes, and why a caller may be refused. */
  readonly answers?: Readonly<Record<number, AnswerNote | string>>;
}

/** Notes by `GET /v1/things/:id`, as the tables of access write calls. */
export type CallNotes = Readonly<Record<string, CallNote>>;

/** What a service says of its own API; what all services have is added. */
export interface ServiceNotes {
  readonly title: string;
  readonly description: string;
  /** Schemas with a name, which others refer to. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
  /** What stands in paths, by parameter. */
  readonly params: Readonly<Record<string, string>>;
  readonly calls: CallNotes;
}

/** How a list is paged, by every list alike. */
export const pageQuery = {
  cursor: z.string().describe("`nextCursor` of the page before.").optional(),
  limit: z.int().min(1).max(100).describe("How many at most; 20 when not said.").optional(),
};

const text = { type: "string" } as const;

/** Headers of requests that change what a call does. */
export const headerNotes = {
  "Idempotency-Key": {
    description:
      "1 to 255 printable ASCII characters. A request with a key that was used is answered with what came of the first, and `Idempotency-Replayed: true`; with another content it is refused with 422.",
    schema: { ...text, minLength: 1, maxLength: 255 },
    example: "7f1c9a52-1",
  },
  Prefer: {
    description: "`wait=N`: answer when it is decided, after N seconds at the latest; at most 30.",
    schema: text,
    example: "wait=5",
  },
  "Last-Event-ID": {
    description: "The `id` of the last event that arrived: the stream goes on behind it.",
    schema: text,
    example: "1",
  },
} as const;

export type HeaderName = keyof typeof headerNotes;
