import { expect } from "bun:test";
import { Health } from "@app/contracts/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "@app/contracts/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "@app/contracts/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import type { AccessRule } from "@app/platform/auth-rules.ts";
import { commonAccess } from "@app/platform/common-access.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import type {
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  DescService,
} from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { GuardedService } from "./auth-services.ts";

/** One call of a service as the matrix makes it, with nothing in it but its caller's credential. */
export interface GuardedCall {
  /** As its service's table has it, and the door where there are several. */
  readonly name: string;
  readonly rule: AccessRule;
  /** The status of the answer, in the numbers of HTTP. */
  statusFor(headers: Readonly<Record<string, string>>): Promise<number>;
}

/** Every call of a service and of its operator API, through each door that there is to it. */
export function callsOf(service: GuardedService, running: RunningService): readonly GuardedCall[] {
  const calls = Object.entries({ ...service.access, ...commonAccess });
  const routes = calls.filter(([name]) => name.includes(" "));
  const rpcs = calls.filter(([name]) => !name.includes(" "));
  return [
    ...routes.map(([name, rule]) => routeCall(service, running.url, { name, rule })),
    ...rpcs.flatMap(([name, rule]) => rpcCalls(service.rpc, running.url, { name, rule })),
    ...(service.grpc ? grpcCalls(service.rpc, running.ports.grpc) : []),
  ];
}

type Named = Pick<GuardedCall, "name" | "rule">;

function routeCall({ params, bodies = {} }: GuardedService, url: string, named: Named) {
  const [method = "", path = ""] = named.name.split(" ");
  const at = `${url}${filled(path, params)}`;
  const body = JSON.stringify(bodies[named.name] ?? {});
  const init = method === "GET" ? { method } : { method, body };
  return {
    ...named,
    statusFor: (headers: Sent["headers"]) => routeStatus(at, { ...init, headers }),
  };
}

/** By Connect, by gRPC-Web, and by GET where the contract lets caches keep the answer. */
function rpcCalls(rpc: DescService, baseUrl: string, { name, rule }: Named): GuardedCall[] {
  const method = methodOf(rpc, name);
  const web = { baseUrl, httpVersion: "1.1" } as const;
  const byGet = createConnectTransport({ ...web, useHttpGet: true });
  return [
    { name, rule, statusFor: by(method, createConnectTransport(web)) },
    { name: `${name} by gRPC-Web`, rule, statusFor: by(method, createGrpcWebTransport(web)) },
    ...(isUnary(method) && method.idempotency === Idempotency.NO_SIDE_EFFECTS
      ? [{ name: `GET ${name}`, rule, statusFor: by(method, byGet) }]
      : []),
  ];
}

/** The port is for services, whatever a call's own rule says; whether it serves is for everybody. */
function grpcCalls(rpc: DescService, port: number): readonly GuardedCall[] {
  const native = createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` });
  return [rpc, ServerReflection, ServerReflectionAlpha, Health].flatMap((service) =>
    service.methods.map((method) => ({
      name: `${service.typeName}/${method.name} by gRPC`,
      rule: service === Health ? "public" : "service",
      statusFor: by(method, native),
    })),
  );
}

const by = (method: DescMethod, transport: Transport) => (headers: Sent["headers"]) =>
  callStatus(method, { transport, headers });

/** A path with what stands in the place of its parameters. */
export function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`say in auth-services.ts what :${name} is in ${path}`);
    return value;
  });
}

/** The RPC that a service's table names. */
export function methodOf(service: DescService, name: string): DescMethod {
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

/** Sends the call's message with nothing in it. */
function callStatus(method: DescMethod, sent: Sent): Promise<number> {
  return unlimited(async () => (await makeCall(method, sent, {})).status);
}

/** Makes an RPC, waits for the first of its answer alone, and tells how it went as HTTP would. */
export async function makeCall(
  method: DescMethod,
  { transport, headers }: Sent,
  message: Readonly<Record<string, unknown>>,
): Promise<{ readonly status: number; readonly detail?: string }> {
  const left = new AbortController();
  try {
    if (isUnary(method)) {
      await transport.unary(method, left.signal, undefined, headers, message);
      return { status: 200 };
    }
    if (!isStream(method)) throw new Error(`nobody knows how to make ${method.name}`);
    const asked = (async function* () {
      yield message;
    })();
    const answer = await transport.stream(method, left.signal, undefined, headers, asked);
    for await (const _ of answer.message) break;
    return { status: 200 };
  } catch (error) {
    const { code, rawMessage: detail } = ConnectError.from(error);
    return { status: statuses[code] ?? 500, detail };
  } finally {
    left.abort();
  }
}

const isUnary = (method: DescMethod): method is DescMethodUnary => method.methodKind === "unary";
const isStream = (method: DescMethod): method is DescMethodStreaming =>
  method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";

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
