import { Health } from "@app/contracts/gen/grpc/health/v1/health_pb.ts";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { SpanKind } from "@opentelemetry/api";
import type { Authenticate } from "./auth.ts";
import { requireAccess } from "./auth-rules.ts";
import { networkOf } from "./caller-address.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import type { Rates } from "./rate-limit.ts";
import { describeCall } from "./request-span.ts";
import { changeRpcRequest, rpcRequest } from "./rpc-context.ts";
import { failSpan, startSpan } from "./spans.ts";
import { inSpan, parseTraceparent } from "./telemetry.ts";

export interface CallLineSettings {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

const requestIdHeader = "x-request-id";
const requestIdForm = /^[\w.:-]{1,128}$/;

/**
 * Gives each gRPC call its request id and its place in the caller's trace, and writes its one line
 * in the log: what the `fetch` wrapper does for everything behind HTTP. A stream's line is written
 * when it begins.
 */
export function callLines({ log, clock, random }: CallLineSettings): Interceptor {
  return (next) => (request) => {
    const sentId = request.header.get(requestIdHeader) ?? "";
    const requestId = requestIdForm.test(sentId) ? sentId : random.uuidV7();
    const { parent: service, name: call } = request.method;
    const name = `${service.typeName}/${call}`;
    const parent = parseTraceparent(request.header.get("traceparent"));
    const told = startSpan(name, { kind: SpanKind.SERVER, parent });
    const span = told.spanContext();
    changeRpcRequest(request.contextValues, { requestId, span, signal: request.signal });

    const startedMs = clock.monotonicMs();
    const quiet = isInfrastructure(service.typeName);
    const writeLine = (code: string) => {
      const ms = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
      const { caller } = request.contextValues.get(rpcRequest);
      const who = caller && { caller: caller.subject };
      log[quiet ? "debug" : "info"]("rpc", { rpc: name, code, ms, requestId, ...who });
    };
    /** Of what is kept quiet nobody is told: its span is not ended. */
    const tell = () => {
      if (quiet) return;
      describeCall(told, { service: service.typeName, call });
      told.end();
    };

    return inSpan(span, async () => {
      try {
        const response = await next(request);
        response.header.set(requestIdHeader, requestId);
        writeLine("Ok");
        tell();
        return response;
      } catch (error) {
        const { code } = ConnectError.from(error);
        writeLine(Code[code]);
        if (callees.has(code)) failSpan(told, error);
        tell();
        throw error;
      }
    });
  };
}

/**
 * Finds out who calls, and refuses whoever is no service where guests are not let in: native gRPC is
 * for services. The calls by which a server is watched are for everybody. Callers are limited as
 * behind HTTP, and a network address whose credentials have proved nobody too often is refused
 * before its next one is looked at.
 */
export function authentication(
  authenticate: Authenticate,
  { requests, unproved }: Rates,
): Interceptor {
  return (next) => async (request) => {
    if (request.method.parent.typeName === Health.typeName) return next(request);
    const { requestMethod: method, header: headers } = request;
    const network = networkOf(request.contextValues.get(rpcRequest).address);
    await unproved.requireLeft(network);
    const identity = await authenticate({ method, headers });
    if (identity.refusedCredential !== undefined) await unproved.take(network);
    await requests.take(identity.caller?.subject ?? network);
    changeRpcRequest(request.contextValues, identity);
    requireAccess("service", identity);
    return next(request);
  };
}

/** Whose fault it is is told by the code: of these it is not the caller's. */
const callees = new Set([
  ...[Code.Unknown, Code.DeadlineExceeded, Code.Unimplemented, Code.Internal],
  ...[Code.Unavailable, Code.DataLoss],
]);

function isInfrastructure(service: string): boolean {
  return service.startsWith("grpc.");
}
