import type { Replica } from "./replica.ts";

export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const CALL_DEADLINE_MS = 2_500;
const RETRY_PAUSE_MS = 40;

/** One call; rejects when there is no whole answer in time. */
export async function call(url: string, { method, path, body, headers }: Call): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_DEADLINE_MS),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : { text } };
}

/**
 * Repeats an idempotent call, on the other replica each time, until it is answered by the service
 * itself: cut off, timed out and 503 mean again, as the contract advises. Undefined when `signal`
 * aborted first.
 */
export async function answered(
  replicas: readonly Replica[],
  wanted: Call,
  { first, signal }: { readonly first: number; readonly signal: AbortSignal },
): Promise<Answer | undefined> {
  for (let tries = first; !signal.aborted; tries += 1) {
    const replica = replicas[tries % replicas.length];
    const answer = await call(replica?.url ?? "", wanted).catch(() => undefined);
    if (answer && answer.status !== 503) return answer;
    await Bun.sleep(RETRY_PAUSE_MS);
  }
  return undefined;
}
