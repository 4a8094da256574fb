import { type Problem, problems } from "./problem.ts";

export interface RequestLimits {
  readonly bodyBytesMax: number;
  readonly urlCharactersMax: number;
  /** How long a request may take until its answer begins. */
  readonly deadlineMs: number;
  /** Requests per second of one caller. */
  readonly ratePerSecond: number;
}

/** Headers are limited below us: Bun answers 431 above 16 KB or 200 of them. */
export const defaultRequestLimits: RequestLimits = {
  bodyBytesMax: 64 * 1024,
  urlCharactersMax: 8 * 1024,
  deadlineMs: 10_000,
  ratePerSecond: 1_000,
};

/** Rejected bodies up to this size are read to their end, so that the answer is not lost in a reset. */
const DRAINED_BYTES_MAX = 1024 * 1024;

/** What is wrong with the request line, if anything. */
export function urlProblem(
  request: Request,
  { urlCharactersMax }: RequestLimits,
): Problem | undefined {
  if (request.url.length > urlCharactersMax) return problems.urlTooLong(urlCharactersMax);
  // Bun gives a bare path when the Host header makes no url.
  if (!request.url.startsWith("http")) return problems.invalidUrl;
  return undefined;
}

/**
 * The request with a body that cannot exceed the limit, or the problem. A body
 * that announces its length is judged by it; one that does not is read here.
 */
export async function limitBody(
  request: Request,
  { bodyBytesMax }: RequestLimits,
): Promise<{ readonly request: Request } | { readonly problem: Problem }> {
  const announced = request.headers.get("content-length");
  // A body that is looked at becomes a stream, which costs more to read than all else here.
  if (announced === null ? request.body === null : announced === "0") return { request };
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity")
    return { problem: problems.unsupportedEncoding };

  if (announced !== null) {
    const bytes = Number(announced);
    if (bytes <= bodyBytesMax) return { request };
    if (bytes <= DRAINED_BYTES_MAX) await readAtMost(request, DRAINED_BYTES_MAX);
    return { problem: problems.bodyTooLarge(bodyBytesMax) };
  }

  const body = await readAtMost(request, bodyBytesMax);
  if (body === undefined) return { problem: problems.bodyTooLarge(bodyBytesMax) };
  const { url, method, headers, signal } = request;
  return { request: new Request(url, { method, headers, signal, body }) };
}

/** All bytes of the body, or `undefined` as soon as they are too many. */
async function readAtMost(
  { body }: Request,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
