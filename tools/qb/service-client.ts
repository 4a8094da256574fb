import type { z } from "zod";
import { Failure } from "./failure.ts";
import type { ServiceName } from "./targets.ts";

const answerWithinMs = 15_000;

export interface CallOptions {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One service's public and operator API, asked over HTTP. */
export interface ServiceClient {
  readonly name: ServiceName;
  readonly url: string;
  /** Asks and reads the answer by its schema. Throws a `Failure` for every other end. */
  ask<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    options?: CallOptions,
  ): Promise<z.output<Schema>>;
  /** The bare answer, refusals included. Throws a `Failure` when there is none. */
  send(path: string, options?: CallOptions): Promise<Response>;
  /** An answer that goes on; ended by `signal`. */
  open(path: string, signal: AbortSignal, headers?: Record<string, string>): Promise<Response>;
}

/** The bearer token to send, asked for once it is needed; undefined calls as a guest. */
export type TokenSource = () => Promise<string | undefined>;

/** A guest's calls, for what nobody has to sign in for. */
export const guest: TokenSource = async () => undefined;

export function serviceClient(name: ServiceName, url: string, token: TokenSource): ServiceClient {
  async function request(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const sent = await token();
    if (sent !== undefined) headers.set("authorization", `Bearer ${sent}`);
    try {
      return await fetch(`${url}${path}`, { ...init, headers });
    } catch (cause) {
      if (init.signal?.aborted && init.signal.reason?.name !== "TimeoutError") throw cause;
      throw new Failure("unreachable", `${name} does not answer at ${url}`, {
        cause,
        next: `bun run dev, or say where it is: qb --${name}-url URL …`,
      });
    }
  }

  async function send(path: string, { method = "GET", body, headers = {} }: CallOptions = {}) {
    return request(path, {
      method,
      headers,
      signal: AbortSignal.timeout(answerWithinMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  return {
    name,
    url,
    send,
    open: (path, signal, headers = {}) => request(path, { signal, headers }),
    async ask(path, schema, options) {
      const response = await send(path, options);
      const answer = await jsonOf(response);
      if (!response.ok) throw refusalOf(name, response, answer);
      const parsed = schema.safeParse(answer);
      if (parsed.success) return parsed.data;
      throw new Failure("failed", `${name} gave an answer to ${path} that this qb cannot read`, {
        cause: parsed.error,
        next: "qb doctor",
      });
    },
  };
}

/** What a problem document says, as the end of a command. */
export function refusalOf(name: ServiceName, { status }: Response, answer: unknown): Failure {
  const detail =
    typeof answer === "object" && answer !== null && "detail" in answer
      ? String(answer.detail)
      : `status ${status}`;
  if (status === 401 || status === 403) {
    return new Failure("refused", `${name}: ${detail}`, {
      next: "QB_TOKEN=…, with an operator's token",
    });
  }
  const reason = status >= 500 ? "failed" : "refused";
  return new Failure(reason, `${name}: ${detail}`, status >= 500 ? { next: "qb doctor" } : {});
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No service of ours wrote this; the caller says so.
  }
}
