import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import { Health } from "@app/contracts/gen/grpc/health/v1/health_pb.ts";
import { type ConnectRouter, createContextValues } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Authenticate } from "./auth.ts";
import type { Clock } from "./clock.ts";
import { authentication, callLines } from "./grpc-calls.ts";
import { grpcHealth } from "./grpc-health.ts";
import { addReflection } from "./grpc-reflection.ts";
import { type OpenStreams, openStreams, streamsPerCallerMax } from "./open-streams.ts";
import type { Random } from "./random.ts";
import { ratesOf } from "./rate-limit.ts";
import { defaultRequestLimits } from "./request-limits.ts";
import { type RpcSettings, rpcOptions } from "./rpc.ts";
import { changeRpcRequest, rpcRequest } from "./rpc-context.ts";

export interface GrpcSettings extends RpcSettings {
  /** 0 takes a free one. */
  readonly port: number;
  readonly hostname: string;
  readonly authenticate: Authenticate;
  /** What `grpc.health.v1` answers; asked often, so it must not touch anything. */
  readonly serving: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** Calls of one caller in a second, and as many of one network address that prove nobody. Default 1000, as behind HTTP. */
  readonly ratePerSecond?: number;
  /** Shared by all ports of a process. Default: counted for this port alone. */
  readonly streams?: OpenStreams;
}

export interface GrpcServer {
  readonly port: number;
  /**
   * Takes no new call, lets those in flight finish within `graceMs`, and cuts what is left.
   * Streams end by themselves once `shutdownSignal` has aborted. Calling it again changes nothing.
   */
  stop(graceMs: number): Promise<void>;
}

/** What one connection may have open, and what all its headers of one call may weigh. */
const limits = { maxConcurrentStreams: 128, maxHeaderListSize: 16 * 1024 } as const;

/** Connections beyond these are refused; a client needs one. */
const connectionsMax = 1_024;

/**
 * Serves native gRPC without TLS (h2c), with reflection and health. It needs `node:http2`, because
 * gRPC ends with trailers, which `fetch` responses lack. Throws when the port is taken.
 */
export async function serveGrpc(settings: GrpcSettings): Promise<GrpcServer> {
  const server = createServer({ settings: limits }, connectNodeAdapter(adapterOptions(settings)));
  const sessions = sessionsOf(server);
  const port = await listen(server, settings);

  let stopped: Promise<void> | undefined;
  return {
    port,
    stop: (graceMs) => {
      stopped ??= drain({ server, sessions }, graceMs, settings);
      return stopped;
    },
  };
}

/** What of a call's HTTP request tells where it comes from. */
interface CallOverSocket {
  readonly socket: { readonly remoteAddress?: string | undefined };
}

function adapterOptions(settings: GrpcSettings) {
  const { authenticate, serving, clock, interceptors = [] } = settings;
  const rates = ratesOf(settings.ratePerSecond ?? defaultRequestLimits.ratePerSecond);
  const streams = settings.streams ?? openStreams(streamsPerCallerMax);
  const options = rpcOptions({
    ...settings,
    interceptors: [authentication(authenticate, rates), ...interceptors],
  });
  return {
    ...options,
    connect: false,
    grpcWeb: false,
    interceptors: [callLines(settings), ...(options.interceptors ?? [])],
    contextValues: ({ socket }: CallOverSocket) => {
      const values = createContextValues();
      changeRpcRequest(values, {
        address: socket.remoteAddress ?? "unknown",
        // Asked once it is known who calls.
        openStream: () => streams.open(values.get(rpcRequest)),
      });
      return values;
    },
    routes: (router: ConnectRouter) => {
      settings.routes(router);
      const services = [...new Set(router.handlers.map(({ service }) => service)), Health];
      const names = services.map(({ typeName }) => typeName);
      router.service(Health, grpcHealth({ services: names, serving, clock }));
      addReflection(router, services);
    },
  };
}

function sessionsOf(server: Http2Server): ReadonlySet<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    if (sessions.size >= connectionsMax) return session.destroy();
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  return sessions;
}

async function listen(server: Http2Server, { port, hostname }: GrpcSettings): Promise<number> {
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(port, hostname, listening.resolve);
  try {
    await listening.promise;
  } catch (error) {
    throw new Error(`cannot listen on ${hostname}:${port}`, { cause: error });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

interface Running {
  readonly server: Http2Server;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
}

async function drain(
  { server, sessions }: Running,
  graceMs: number,
  { clock, log }: GrpcSettings,
): Promise<void> {
  const finished = new AbortController();
  server.close(() => finished.abort());
  // A session says goodbye and closes with its last call.
  for (const session of sessions) session.close();
  await clock.sleep(graceMs, finished.signal);
  if (finished.signal.aborted) return;

  log.warn("calls cut at the end of the grace period", { connections: sessions.size });
  for (const session of sessions) session.destroy();
}
