import { expect } from "bun:test";
import type { AccessRule } from "@app/platform/auth-rules.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import type { GuardedService } from "./auth-services.ts";

/** One call of a service as the matrix makes it, with nothing in it but its caller's credential. */
export interface GuardedCall {
  /** As its service's table has it, and the door where there are several. */
  readonly name: string;
  readonly rule: AccessRule;
  /** The status of the answer, in the numbers of HTTP. */
  statusFor(headers: Readonly<Record<string, string>>): Promise<number>;
}

/** Every call that a service's table names, through each door that the service has. */
export function callsOf(
  { access, rpc, params, bodies = {}, grpc }: GuardedService,
  { url, ports }: RunningService,
): readonly GuardedCall[] {
  const connect = createConnectTransport({ baseUrl: url, httpVersion: "1.1" });
  const native = createGrpcTransport({ baseUrl: `http://127.0.0.1:${ports.grpc}` });
  return Object.entries(access).flatMap(([name, rule]): GuardedCall[] => {
    const [method = "", path] = name.split(" ");
    if (path !== undefined) {
      const at = `${url}${filled(path, params)}`;
      const body = JSON.stringify(bodies[name] ?? {});
      const init = method === "GET" ? { method } : { method, body };
      return [{ name, rule, statusFor: (headers) => routeStatus(at, { ...init, headers }) }];
    }
    const call = methodOf(rpc, name);
    const by = (transport: Transport) => (headers: Readonly<Record<string, string>>) =>
      callStatus(call, { transport, headers });
    return [
      { name, rule, statusFor: by(connect) },
      // The port is for services, whatever the call's own rule says.
      ...(grpc
        ? [{ name: `${name} by gRPC`, rule: "service" as const, statusFor: by(native) }]
        : []),
    ];
  });
}

function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`say in auth-services.ts what :${name} is in ${path}`);
    return value;
  });
}

function methodOf(service: DescService, name: string): DescMethod {
  const found = service.methods.find((method) => `${service.typeName}/${method.name}` === name);
  if (found === undefined) throw new Error(`${service.typeName} has no ${name}`);
  return found;
}

/** Asks again while the limit of a second is used up: on a fast machine the matrix is a flood. */
function routeStatus(url: string, init: RequestInit): Promise<number> {
  return unlimited(async () => {
    const left = new AbortController();
    const { status } = await fetch(url, { ...init, signal: left.signal });
    // A stream would go on.
    left.abort();
    return status;
  });
}

interface Sent {
  readonly transport: Transport;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends the call's message with nothing in it, and waits for the first of the answer alone. */
function callStatus(method: DescMethod, { transport, headers }: Sent): Promise<number> {
  return unlimited(async () => {
    const left = new AbortController();
    try {
      if (isUnary(method)) {
        await transport.unary(method, left.signal, undefined, headers, {});
        return 200;
      }
      if (!isWatch(method)) throw new Error(`nobody knows how to make ${method.name}`);
      const asked = (async function* () {
        yield {};
      })();
      const answer = await transport.stream(method, left.signal, undefined, headers, asked);
      for await (const _ of answer.message) break;
      return 200;
    } catch (error) {
      return statuses[ConnectError.from(error).code] ?? 500;
    } finally {
      left.abort();
    }
  });
}

const isUnary = (method: DescMethod): method is DescMethodUnary => method.methodKind === "unary";
const isWatch = (method: DescMethod): method is DescMethodServerStreaming =>
  method.methodKind === "server_streaming";

/** The codes that matter here; every other failure comes from further in. */
const statuses: Partial<Record<Code, number>> = {
  [Code.Unauthenticated]: 401,
  [Code.PermissionDenied]: 403,
  [Code.NotFound]: 404,
  [Code.InvalidArgument]: 400,
  [Code.ResourceExhausted]: 429,
};

async function unlimited(ask: () => Promise<number>): Promise<number> {
  let status = 429;
  await eventually(async () => {
    status = await ask();
    expect(status).not.toBe(429);
  });
  return status;
}
