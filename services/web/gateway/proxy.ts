import { type Clock, systemClock } from "@app/platform/clock.ts";
import { readBytes } from "@app/platform/json-body.ts";
import type { Problem } from "@app/platform/problem.ts";
import { problemAnswer } from "@app/platform/problem-answer.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { isStream } from "@app/platform/served-request.ts";
import { awayProblems } from "./away.ts";
import { headersBack, headersOnward } from "./forwarded-headers.ts";
import { passingStreams } from "./passing-streams.ts";
import { type Replicas, replicasOf } from "./replicas.ts";
import type { ServiceName } from "./routes.ts";
import { late, type ServiceCall, serviceCall } from "./service-call.ts";
import { isThere, type Upstreams } from "./upstreams.ts";

export interface ProxySettings {
  readonly upstreams: Upstreams;
  /** Answers that go on, of all callers together. */
  readonly streamsMax: number;
  /** More than the longest wait that a service grants, `Prefer: wait=30`. */
  readonly answerMs?: number;
  readonly patienceMs?: number;
  readonly clock?: Pick<Clock, "monotonicMs">;
}

/** A call that is handed on. */
export interface Onward {
  readonly service: ServiceName;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

export interface ServiceProxy {
  forward(request: Request, onward: Onward): Promise<Response>;
  /** How many answers go on at the moment. */
  readonly streams: number;
  /** Ends every answer that goes on, and lets none begin: callers connect again, to another replica. */
  close(): void;
}

/** The wrapper's own deadline stays this far behind, so that the caller is told which service it was. */
const DEADLINE_MARGIN_MS = 1_000;
/** More than any page of a list; what is longer comes as a stream. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Hands calls on to services, word for word, and their answers back. The replicas of a service take
 * turns; one that cannot be reached has heard nothing, and the call goes to another. An answer is whole, so that one
 * that breaks off becomes a problem and not half a text; or it is a stream, of which each piece is
 * passed on as it comes, and which ends on both sides when it ends on either. Only a call that
 * changes nothing is made a second time, when its connection was closed under it.
 */
export function proxyTo(settings: ProxySettings): ServiceProxy {
  const { upstreams, streamsMax, answerMs = 40_000, patienceMs = 3_000 } = settings;
  const { clock = systemClock } = settings;
  const streams = passingStreams();
  const of = (service: ServiceName) => replicasOf(upstreams[service], clock);
  const replicas: Readonly<Record<ServiceName, Replicas>> = {
    orders: of("orders"),
    inventory: of("inventory"),
    events: of("events"),
    bookings: of("bookings"),
    users: of("users"),
    reviews: of("reviews"),
  };

  const forward: ServiceProxy["forward"] = async (request, { service, path, query }) => {
    const context = contextOf(request);
    const body = isBodiless(request) ? null : await readBytes(request);
    context.extendDeadline(answerMs + DEADLINE_MARGIN_MS);
    const headers = headersOnward(request);
    const asked = { method: request.method, headers, body };
    const known = replicas[service];
    let failed: unknown;
    for (const origin of known.inTurn()) {
      const there = () => isThere(origin);
      const call = serviceCall({ caller: context.signal, answerMs, patienceMs, isThere: there });
      try {
        const signal = call.signal;
        const answer = await fetch(`${origin}${path}${query}`, { ...asked, signal, ...asProxy });
        known.there(origin);
        return isStream(answer.headers) && answer.body !== null
          ? stream(request, answer.body, { answer, call })
          : await whole(answer, call);
      } catch (error) {
        call.end();
        failed = error;
        if (context.signal.aborted) break;
        if (error === late || isUnreached(error)) known.away(origin);
        if (!isUnreached(error)) break;
      }
    }
    // Whoever is gone reads no answer, and nobody is at fault.
    if (!context.signal.aborted) context.noteFault(failed);
    return problemAnswer(request, problemOf(failed, service));
  };

  const stream = (
    request: Request,
    body: ReadableStream<Uint8Array>,
    { answer, call }: { readonly answer: Response; readonly call: ServiceCall },
  ) => {
    if (streams.closed || streams.open >= streamsMax) {
      call.end();
      const { stopping, streamsFull } = awayProblems;
      return problemAnswer(request, streams.closed ? stopping : streamsFull(streamsMax));
    }
    call.answered();
    return new Response(streams.pass(body, call.end), partsOf(answer));
  };

  return {
    forward,
    get streams() {
      return streams.open;
    },
    close: () => streams.close(),
  };
}

/** What is handed on is neither unpacked, nor followed elsewhere, nor cut by a limit that is not ours. */
const asProxy = { redirect: "manual", decompress: false, timeout: false } as const;

const isBodiless = ({ method }: Request) => method === "GET" || method === "HEAD";

async function whole(answer: Response, call: ServiceCall): Promise<Response> {
  const bytes = await bytesOf(answer);
  call.end();
  // A status without content must not have a body, not even an empty one.
  return new Response(bytes.byteLength === 0 ? null : bytes, partsOf(answer));
}

/** All of an answer, of which no more is held than a limit. */
async function bytesOf(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const announced = answer.headers.get("content-length");
  if (announced !== null && Number(announced) <= ANSWER_BYTES_MAX) return answer.bytes();
  const pieces: Uint8Array[] = [];
  let held = 0;
  for await (const piece of answer.body ?? []) {
    held += piece.byteLength;
    if (held > ANSWER_BYTES_MAX)
      throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes that is no stream`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function partsOf(answer: Response): ResponseInit {
  return { status: answer.status, headers: headersBack(answer) };
}

/** By which nothing has reached the service. */
const notConnected = new Set(
  ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].concat(
    // As the runtime says it of a name that nobody knows.
    ["ConnectionRefused", "FailedToOpenSocket", "DNSException"],
  ),
);

function isUnreached(error: unknown): boolean {
  return error instanceof Error && "code" in error && notConnected.has(String(error.code));
}

function problemOf(error: unknown, service: ServiceName): Problem {
  if (error === late) return awayProblems.late(service);
  return isUnreached(error) ? awayProblems.away(service) : awayProblems.lost(service);
}
