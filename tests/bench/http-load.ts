import type { Socket } from "bun";

/** Requests to send, one by one. */
export interface LoadOptions {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** How many connections send at a time. */
  readonly clients: number;
  /** Begins no request after that. */
  readonly forMs: number;
  /** The request of that number, whole: request line, headers and body. */
  readonly request: (number: number) => string;
}

export interface LoadResult {
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  /** From sending to the whole answer, of each request. */
  readonly latenciesMs: number[];
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
}

/** One connection that sends a request and waits for its answer. */
export interface HttpConnection {
  /** Resolves with the status. Rejects when the connection breaks or says nothing for too long. */
  send(request: string): Promise<number>;
  close(): void;
}

const ANSWER_MAX_MS = 60_000;
const HEAD_END = "\r\n\r\n";

/** Clients that each send their next request when the last one is answered, until the time is over. */
export async function closedLoop(options: LoadOptions): Promise<LoadResult> {
  const { url, clients, forMs, request } = options;
  const statuses = new Map<number, number>();
  const latenciesMs: number[] = [];
  const connections = await Promise.all(Array.from({ length: clients }, () => connect(url)));
  let next = 0;
  const startedAt = performance.now();
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (let sentAt = performance.now(); sentAt < startedAt + forMs; ) {
          const status = await connection.send(request(next++));
          const nowMs = performance.now();
          latenciesMs.push(nowMs - sentAt);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          sentAt = nowMs;
        }
      }),
    );
    return { statuses, latenciesMs, elapsedMs: performance.now() - startedAt };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** How many were answered with one of these statuses. Throws when any was answered otherwise. */
export function answeredWith(
  { statuses }: Pick<LoadResult, "statuses">,
  wanted: readonly number[],
): number {
  const others = [...statuses].filter(([status]) => !wanted.includes(status));
  if (others.length > 0)
    throw new Error(others.map(([status, count]) => `${count} were answered ${status}`).join(", "));
  return [...statuses.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * Keeps one connection alive. `fetch` would cost the load generator as much as the request costs the
 * service; this only finds where an answer ends.
 */
export async function connect(url: string): Promise<HttpConnection> {
  const { hostname, port } = new URL(url);
  let received = "";
  let waiting: PromiseWithResolvers<number> | undefined;
  let late: Timer | undefined;
  const settle = (act: (answer: PromiseWithResolvers<number>) => void) => {
    const answer = waiting;
    waiting = undefined;
    clearTimeout(late);
    if (answer) act(answer);
  };
  const broken = (reason: string) => settle(({ reject }) => reject(new Error(reason)));
  const socket: Socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(_, chunk) {
        received += chunk.toString("latin1");
        const answer = readAnswer(received);
        if (!answer) return;
        received = received.slice(answer.length);
        settle(({ resolve }) => resolve(answer.status));
      },
      close: () => broken(`${url} closed the connection`),
      error: (_, error) => broken(`${url}: ${error.message}`),
    },
  });
  return {
    send(request) {
      if (waiting) throw new Error("a connection takes one request at a time");
      waiting = Promise.withResolvers<number>();
      late = setTimeout(() => broken(`${url} was silent for ${ANSWER_MAX_MS} ms`), ANSWER_MAX_MS);
      const { promise } = waiting;
      if (socket.write(request) !== Buffer.byteLength(request))
        broken(`${url} closed the connection or takes nothing more`);
      return promise;
    },
    close: () => socket.end(),
  };
}

/** The status of a whole answer and how many characters it takes; undefined while some are missing. */
export function readAnswer(
  received: string,
): { readonly status: number; readonly length: number } | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = received.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const bodyLength = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (!head.startsWith("HTTP/1.1 ") || bodyLength === undefined)
    throw new Error(`an answer that cannot be measured: ${head.slice(0, 200)}`);
  const length = headEnd + HEAD_END.length + Number(bodyLength);
  return received.length >= length ? { status, length } : undefined;
}

/** A POST of JSON, as it goes over the wire. Rows of `headers` are `name: value`. */
export function postOf(path: string, body: string, headers: readonly string[]): string {
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return `${head.join("\r\n")}${HEAD_END}${body}`;
}
