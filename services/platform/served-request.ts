import type { Span, SpanContext } from "@opentelemetry/api";
import type { Server } from "bun";
import type { Caller, Guests, Identity } from "./auth.ts";
import type { CallerAddress, PeerAddress } from "./caller-address.ts";
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import type { Log } from "./log.ts";
import type { OpenStreams } from "./open-streams.ts";
import { isDatabaseOutage } from "./outage.ts";
import { problems } from "./problem.ts";
import { problemAnswer } from "./problem-answer.ts";
import type { Random } from "./random.ts";
import type { RequestContext } from "./request-context.ts";
import type { RequestLimits } from "./request-limits.ts";
import { knownMethod, noRoute, type RequestMeter } from "./request-meters.ts";
import { endRequestSpan, requestSpan } from "./request-span.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import { formatTraceparent } from "./telemetry.ts";

interface Arrival {
  readonly request: Request;
  readonly server: Server<undefined>;
  readonly limits: RequestLimits;
  readonly callerAddress: CallerAddress;
  readonly peerAddress: PeerAddress;
  readonly streams: OpenStreams;
  readonly meter?: RequestMeter;
  /** Whether its line in the log says who called. */
  readonly namesCallers: boolean;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;
const STREAM_TYPES = /^(?:text\/event-stream|application\/connect\+|application\/grpc)/;

/** Bun counts idleness in whole seconds up to this many. */
const IDLE_SECONDS_MAX = 255;

/** One request from its arrival to its line in the log. */
export class ServedRequest implements RequestContext {
  request: Request;
  caller: Caller | undefined;
  refusedCredential: Refusal | undefined;
  guests: Guests = "nowhere";
  readonly requestId: string;
  readonly span: SpanContext;
  readonly #span: Span;
  readonly #arrival: Arrival;
  readonly #startedMs: number;
  readonly #gone = new AbortController();
  readonly #overdue = Promise.withResolvers<Response>();
  #timer: Timer | undefined;
  /** Kept, because a connection that is closed has none any more. */
  #address: string | undefined;
  #receiving = 0;
  #fault: unknown;
  #route: string | undefined;
  #level: "debug" | "info" = "info";

  constructor(arrival: Arrival) {
    const { request, clock, random } = arrival;
    const sentId = request.headers.get("x-request-id");
    this.request = request;
    this.requestId = sentId !== null && REQUEST_ID.test(sentId) ? sentId : random.uuidV7();
    this.#span = requestSpan(request);
    this.span = this.#span.spanContext();
    this.#arrival = arrival;
    this.#startedMs = clock.monotonicMs();
  }

  get signal(): AbortSignal {
    return AbortSignal.any([this.#arrival.request.signal, this.#gone.signal]);
  }

  /** Who to count when no caller is known. */
  get address(): string {
    if (this.#address === undefined) {
      const { server, request, callerAddress, peerAddress } = this.#arrival;
      const end = server.requestIP(request);
      this.#address = callerAddress(end ? peerAddress(end) : undefined, request.headers);
    }
    return this.#address;
  }

  identify({ caller, refusedCredential, guests }: Identity): void {
    this.caller = caller;
    this.refusedCredential = refusedCredential;
    this.guests = guests;
  }

  openStream(): () => void {
    return this.#arrival.streams.open(this);
  }

  noteFault(error: unknown): void {
    this.#fault = error;
  }

  noteRoute(route: string): void {
    this.#route = route;
  }

  keepQuiet(): void {
    this.#level = "debug";
  }

  /** The answer, or a problem when it is late. What goes on behind it is told by the signal. */
  async withinDeadline(answer: Promise<Response>): Promise<Response> {
    this.#setDeadline(this.#arrival.limits.deadlineMs);
    try {
      return await Promise.race([answer, this.#overdue.promise]);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  async receiving<T>(body: Promise<T>): Promise<T> {
    this.#receiving += 1;
    try {
      return await body;
    } finally {
      this.#receiving -= 1;
    }
  }

  extendDeadline(durationMs: number): void {
    const { server, request } = this.#arrival;
    const seconds = Math.ceil(durationMs / 1_000) + 5;
    server.timeout(request, Math.min(seconds, IDLE_SECONDS_MAX));
    this.#setDeadline(durationMs);
  }

  #setDeadline(durationMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const problem = this.#receiving > 0 ? problems.bodyTooSlow : problems.deadlineExceeded;
      this.#overdue.resolve(problemAnswer(this.#arrival.request, problem));
      this.#gone.abort(new Refusal("unavailable", "deadline_exceeded", "deadline exceeded"));
    }, durationMs);
  }

  /** Completes the headers, keeps streams open, writes the line, and tells of it otherwise. */
  finish(response: Response): Response {
    const { headers } = response;
    headers.set("x-request-id", this.requestId);
    headers.set("traceparent", formatTraceparent(this.span));
    addSecurityHeaders(headers);

    const stream = isStream(headers);
    if (stream) this.#arrival.server.timeout(this.#arrival.request, 0);
    const path = pathOf(this.#arrival.request.url);
    const ms = this.#arrival.clock.monotonicMs() - this.#startedMs;
    this.#writeLine({ status: response.status, path, ms, stream });
    this.#measure({ status: response.status, path, ms });
    return response;
  }

  /** A span of what is kept quiet is not ended, so that nobody is told of it. */
  #measure({ status, path, ms }: Omit<Answered, "stream">): void {
    const { meter, request } = this.#arrival;
    const { method } = request;
    const route = this.#route;
    const labels = { method: knownMethod(method), route: route ?? noRoute, status: `${status}` };
    meter?.observe(ms / 1_000, labels);
    if (this.#level === "debug") return;
    endRequestSpan(this.#span, { method, route, path, status, fault: this.#fault });
  }

  #writeLine({ status, path, ms, stream }: Answered): void {
    const { log, request, namesCallers } = this.#arrival;
    const caller = namesCallers ? this.caller : undefined;
    const fields = {
      method: request.method,
      path,
      status,
      ms: Math.round(ms * 10) / 10,
      requestId: this.requestId,
      ...(stream ? { stream } : {}),
      ...(caller === undefined ? {} : { caller: caller.subject }),
    };
    const fault = this.#fault;
    if (fault === undefined || fault instanceof Refusal) log[this.#level]("request", fields);
    else if (isDatabaseOutage(fault)) log.warn("request failed", { ...fields, err: fault });
    else log.error("request failed", { ...fields, err: fault });
  }
}

interface Answered {
  readonly status: number;
  readonly path: string;
  readonly ms: number;
  readonly stream: boolean;
}

/** Whether an answer goes on until somebody ends it, by what it says of itself. */
export function isStream(headers: Headers): boolean {
  return STREAM_TYPES.test(headers.get("content-type") ?? "");
}

/** The query stays out of the log: it may name people. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.indexOf("?", start);
  return url.slice(Math.max(start, 0), end === -1 ? undefined : end).slice(0, 256);
}
