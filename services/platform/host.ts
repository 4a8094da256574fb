import type { DescMessage } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { type AnyElysia, Elysia } from "elysia";
import { authenticator } from "./auth.ts";
import { requireRules } from "./auth-offered.ts";
import type { AccessTable } from "./auth-rules.ts";
import { callerAddress } from "./caller-address.ts";
import { type CertificateFiles, watchedCertificate } from "./certificate.ts";
import { systemClock as clock } from "./clock.ts";
import { corsFor } from "./cors.ts";
import { elysiaHandler } from "./elysia-app.ts";
import { countedEverywhere, type OwnMetrics, serviceRegistry } from "./exported-metrics.ts";
import { serveGrpc } from "./grpc-server.ts";
import { type HealthCheck, healthOf } from "./health.ts";
import { serveHttp } from "./http.ts";
import { serveHttps } from "./https.ts";
import { runService, type Service } from "./lifecycle.ts";
import { startLog } from "./log.ts";
import type { Invariant, Ledger } from "./messaging/invariant.ts";
import { type JetStreamBroker, openJetStream } from "./messaging/jetstream-broker.ts";
import type { LeaderTask } from "./messaging/leader.ts";
import { type ConsumerDeclaration, type Inspected, startMessaging } from "./messaging/messaging.ts";
import type { Undecided } from "./messaging/ops-overview.ts";
import { operatorRoutes } from "./messaging/ops-routes.ts";
import { streamRoutes } from "./messaging/ops-stream-routes.ts";
import { coreConnectionsMax } from "./messaging/settings.ts";
import type { StreamTopology } from "./messaging/topology.ts";
import { serveMetrics } from "./metrics.ts";
import { migrationsOf, pendingMigrations } from "./migrate.ts";
import { runMigrateCommand } from "./migrate-command.ts";
import { openStreams } from "./open-streams.ts";
import type { ServiceNotes } from "./openapi/call-notes.ts";
import { documentRoutes } from "./openapi/document-routes.ts";
import type { Json } from "./openapi/json-schemas.ts";
import { openPool, type Pool } from "./postgres.ts";
import { systemRandom as random } from "./random.ts";
import { refuseUnserved } from "./request-context.ts";
import { measuredCalls } from "./request-meters.ts";
import { rpcFetch } from "./rpc-fetch.ts";
import { postgresVersion, requirePostgres } from "./server-versions.ts";
import type { ServiceSettings } from "./service-settings.ts";
import { supervise } from "./supervise.ts";
import { JWKS_PATH } from "./token-claims.ts";
import { type ReadKeys, tokenKeys } from "./token-keys.ts";
import { keysAt } from "./token-source.ts";
import { tokenVerifier } from "./token-verifier.ts";
import { traceWhereWanted } from "./tracing.ts";
import { waitFor } from "./wait-for.ts";

/** Where the users service shows its keys, on the port of its own that everybody knows. */
const usersKeySet = `http://127.0.0.1:8383${JWKS_PATH}`;

/** What a service is made of, besides what all services are made of. */
export interface HostedService<S> extends OwnMetrics {
  /** Made by `httpApp(access)`. */
  readonly app: AnyElysia;
  /** Who may make each call, of routes and RPCs. The service does not start while one has no rule. */
  readonly access: AccessTable;
  /** What it says of its calls in the API document. */
  readonly notes: ServiceNotes;
  /** For the service that issues the tokens: its keys, unless `JWKS_URL` says where others are. */
  readonly tokenKeys?: ReadKeys;
  /** Routes that look into the running core. */
  readonly coreRoutes?: (inspected: Inspected) => AnyElysia;
  readonly rpc: (router: ConnectRouter) => void;
  readonly consumers: readonly ConsumerDeclaration<S>[];
  readonly leaderTasks?: readonly LeaderTask[];
  /** What is always true of its data, beside what is so for every service. */
  readonly invariants?: readonly Invariant[];
  /** What others' data is compared with. */
  readonly ledgers?: readonly Ledger[];
  /** Tells operators what it should have decided by now. */
  readonly undecided?: () => Promise<Undecided>;
  /** After how long a silence the broker was away, for a service with short deadlines. */
  readonly outageAfterMs?: number;
  /** What each replica does by itself, for as long as it runs. */
  readonly loops?: readonly { readonly name: string; run(signal: AbortSignal): Promise<void> }[];
  readonly checks?: readonly HealthCheck[];
  /** Native gRPC on a port of its own, where the service offers it. */
  readonly grpcPort?: number;
  /** The same calls over TLS on a port of their own, where the service was given a certificate. */
  readonly https?: (CertificateFiles & { readonly port: number }) | undefined;
  /** Off where who calls must not stand beside what is called, in the log neither. */
  readonly namesCallers?: boolean;
  /** Ends every watch when the service stops. */
  close(): void;
}

/** The living things that a service is built on. */
export interface Foundation<Settings> extends Pick<Service, "log" | "stopping"> {
  readonly settings: Settings;
  readonly db: Pool;
  readonly broker: JetStreamBroker;
  readonly clock: typeof clock;
  readonly random: typeof random;
}

export interface Hosting<Settings extends ServiceSettings, S> {
  readonly name: string;
  readonly readSettings: () => Settings;
  readonly topology: readonly StreamTopology[];
  /** Every message type there is. */
  readonly contracts: readonly DescMessage[];
  /** The AsyncAPI document of what the service sends and hears. */
  readonly messages: () => Json;
  /** Called once the database answers and its migrations are applied. */
  readonly build: (foundation: Foundation<Settings>) => Promise<HostedService<S>>;
}

/**
 * Runs a service until it is told to stop: its pool and broker connection, the core, REST, RPC and
 * operator API behind one wrapper, health and metrics. With the argument `migrate` it applies its
 * migrations and topology instead, and ends.
 */
export async function hostService<Settings extends ServiceSettings, S>(
  hosting: Hosting<Settings, S>,
): Promise<never> {
  const { name, readSettings, topology } = hosting;
  if (process.argv[2] !== "migrate") return runService({ name }, (it) => start(hosting, it));
  await runMigrateCommand({ service: name, settings: readSettings(), topology, clock });
  process.exit(0);
}

async function start<Settings extends ServiceSettings, S>(
  { name, readSettings, topology, contracts, messages, build }: Hosting<Settings, S>,
  { stopping, onDrain, onClose }: Service,
): Promise<void> {
  refuseUnserved();
  const settings = readSettings();
  const { DATABASE_URL: url, DATABASE_CONNECTIONS_MAX: connectionsMax, HOST: hostname } = settings;
  const log = startLog({ service: name, level: settings.LOG_LEVEL });
  await traceWhereWanted(name, settings, { onClose, log });
  // Postgres must not end a transaction before the core has failed the handler that hangs in it.
  const idleInTransactionTimeoutMs = settings.HANDLER_TIMEOUT + 1_000;
  const pool = openPool({ url, connectionsMax, name, idleInTransactionTimeoutMs });
  onClose("database", pool.close);
  const corePool = openPool({
    url,
    connectionsMax: coreConnectionsMax,
    name: `${name}-core`,
    wholeScans: false,
    idleInTransactionTimeoutMs,
  });
  onClose("core database", corePool.close);
  pool.onOutboxWritten(corePool.outboxWritten);
  const waiting = { log, clock, random, signal: stopping };
  requirePostgres(await waitFor("database", () => postgresVersion(corePool), waiting));
  const migrated = () => requireMigrated(corePool, name);
  await waitFor("database", migrated, waiting);
  const user = { name, seed: settings.NATS_NKEY_SEED };
  const broker = openJetStream({ servers: settings.NATS_URL, name, user, clock });
  onClose("broker", () => broker.close());

  const service = await build({ settings, db: pool, broker, clock, random, log, stopping });
  onDrain(service.close);
  const core = { ...service, service: name, settings, broker, topology, contracts };
  const counted = countedEverywhere();
  const messaging = startMessaging({
    ...{ ...core, counters: counted.messages },
    ...{ pool: corePool, clock, random, log },
  });
  onClose("messaging", async () => messaging[Symbol.asyncDispose]());
  const loops = (service.loops ?? []).map(({ name, run }) => {
    const loop = supervise(name, run, { clock, random, log });
    onClose(name, async () => loop[Symbol.asyncDispose]());
    return loop;
  });

  const https = service.https;
  const certificate = https && (await watchedCertificate(https, { clock, log }));
  const readKeys = keysOf(settings, service.tokenKeys);
  const keys = readKeys && tokenKeys({ read: readKeys, clock, log });
  const health = healthOf({
    clock,
    checks: [
      { name: "database", critical: true, probe: corePool.ping },
      { name: "migrations", critical: true, probe: migrated },
      ...messaging.checks,
      ...loops.map(({ check }) => check),
      ...(keys === undefined ? [] : [keys.check]),
      ...(certificate === undefined ? [] : [certificate.check]),
      ...(service.checks ?? []),
    ],
  });
  onDrain(health.drain);
  const { inspected } = messaging;
  const looking = service.coreRoutes?.(inspected) ?? new Elysia();
  const vitals = { readiness: health.readiness, undecided: service.undecided };
  const streams = streamRoutes({ inspected, broker, replicas: settings.STREAM_REPLICAS });
  const app = service.app.use(operatorRoutes(messaging, vitals)).use(streams).use(looking);
  app.use(documentRoutes({ ...service, service: name, routes: () => app.routes, messages }));
  requireRules({ ...service, app });
  const origins = settings.CORS_ORIGINS ?? [];
  const verify = keys && tokenVerifier({ keys, clock });
  const authenticate = authenticator(settings.AUTH, verify, origins);
  const proxies = settings.TRUSTED_PROXIES ?? [];
  const edge = {
    hostname,
    meter: counted.edge.requests,
    measure: measuredCalls(counted.edge.calls, clock),
    authenticate,
    callerAddress: callerAddress(proxies),
    cors: corsFor(origins),
    streams: openStreams(settings.STREAMS_PER_CALLER_MAX),
    namesCallers: service.namesCallers,
    log,
    clock,
    random,
  };
  const { access, rpc: routes } = service;
  const calls = { ...edge, access, routes, shutdownSignal: stopping };
  if (service.grpcPort !== undefined) {
    const serving = () => !stopping.aborted;
    const grpc = await serveGrpc({ ...calls, port: service.grpcPort, serving });
    onClose("grpc", grpc.stop);
    log.info("serving grpc", { port: grpc.port });
  }
  const handlers = [rpcFetch(calls), elysiaHandler(app)];
  const http = serveHttp({ ...edge, health: health.handler, handlers, port: settings.PORT });
  onClose("http", http.stop);
  if (https && certificate) {
    const served = { ...edge, health: health.handler, handlers, port: https.port };
    const secure = await serveHttps({ ...served, certificate });
    onClose("https", secure.stop);
    log.info("serving https", { url: secure.url });
  }

  const pools = { requests: pool, core: corePool };
  const registry = serviceRegistry({ own: service, counted, health, core: messaging, pools });
  const metrics = serveMetrics({ hostname, port: settings.METRICS_PORT, registry });
  onClose("metrics", async () => metrics[Symbol.asyncDispose]());
  log.info("ready", { url: http.url, metrics: metrics.url });
}

/** Where the tokens' issuer shows its keys; nowhere when nobody issues tokens and none is asked for. */
function keysOf(
  { AUTH: auth, JWKS_URL: url }: ServiceSettings,
  own: ReadKeys | undefined,
): ReadKeys | undefined {
  if (url !== undefined) return keysAt(url);
  if (own !== undefined) return own;
  return auth === "required" ? keysAt(usersKeySet) : undefined;
}

/** Throws while migrations of this service's folder are missing in its database. */
async function requireMigrated(pool: Pool, service: string): Promise<void> {
  const missing = await pendingMigrations(pool, migrationsOf(service));
  if (missing.length > 0) throw new Error(`migrations are missing: ${missing.join(", ")}`);
}
