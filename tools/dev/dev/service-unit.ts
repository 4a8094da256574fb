import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { devSigningKeySecret } from "@app/platform/signing-key-secret.ts";
import { startServer } from "../infrastructure/managed-server.ts";
import { databaseUrlOf } from "./databases.ts";
import type { Replica } from "./service-plan.ts";
import { supervise, type Unit, type UnitStatus } from "./supervise.ts";

export interface ServiceSettings {
  readonly repository: string;
  /** Where the logs go. */
  readonly directory: string;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (name: string, line: string) => void;
  readonly onChange: (unit: Unit) => void;
  /** Aborts when the run ends: a start under way is given up. */
  readonly stopping: AbortSignal;
}

/** What fails ends by itself; what still works at its start on a slow machine is left to it. */
const START_DEADLINE_MS = 150_000;
const STOP_GRACE_MS = 12_000;
const PROBE_LIMIT_MS = 2_000;
/** A service that takes calls but misses something else counts as started after this long. */
const PATIENCE_MS = 5_000;

export const urlOf = ({ ports }: Replica): string => `http://127.0.0.1:${ports.main}`;

/** Runs one process of a service as long as the run lasts. */
export function serviceUnit(replica: Replica, settings: ServiceSettings): Unit {
  const { name, service, ports } = replica;
  const { repository, directory, onLine, onChange, stopping } = settings;
  mkdirSync(join(directory, "logs"), { recursive: true });
  const probe = () => statusOf(urlOf(replica));
  let triedSince: { readonly pid: number; readonly at: number } | undefined;
  let serves = false;
  return supervise({
    name,
    onChange,
    probe,
    launch: () =>
      startServer({
        name,
        port: ports.main,
        logFile: join(directory, "logs", `${name}.log`),
        // Its name says nothing to it, and to whoever looks for a process which one this is.
        command: [process.execPath, join(repository, "services", service, "main.ts"), name],
        cwd: repository,
        env: environmentOf(replica, settings),
        stopSignal: "SIGTERM",
        stopGraceMs: STOP_GRACE_MS,
        startDeadlineMs: START_DEADLINE_MS,
        async beforeStart() {
          serves = false;
        },
        async isReady(pid) {
          // Until it says so by itself, whoever answers on its port is somebody else.
          if (!serves) return false;
          if (triedSince?.pid !== pid) triedSince = { pid, at: performance.now() };
          const { state } = await probe();
          const isPatient = performance.now() - triedSince.at < PATIENCE_MS;
          return state === "ready" || (state === "degraded" && !isPatient);
        },
        stage: "program",
        onLine(line) {
          serves ||= saysReady(line);
          onLine(name, line);
        },
        signal: stopping,
      }),
  });
}

/** The line that every service writes once it listens on all its ports. */
function saysReady(line: string): boolean {
  return line.startsWith("{") && line.includes('"message":"ready"');
}

/** What `/readyz` says, with the names of what is not well. */
async function statusOf(url: string): Promise<UnitStatus> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    const { status, checks }: Readiness = await response.json();
    if (status === "ok") return { state: "ready" };
    const failed = Object.entries(checks).filter(([, check]) => check.status !== "ok");
    const detail = failed.map(([check]) => check).join(", ");
    return { state: status === "degraded" ? "degraded" : "down", detail };
  } catch {
    return { state: "down", detail: "does not answer" };
  }
}

interface Readiness {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string }>>;
}

/** What one service needs on an engineer's machine, and would refuse in production. */
const onThisMachine: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reviews: { AUTHOR_SECRET: devSigningKeySecret },
  bookings: { SIGNING_KEY_SECRET: devSigningKeySecret },
  users: { SIGNING_KEY_SECRET: devSigningKeySecret, SECURE_COOKIES: "off" },
  // Enough for its streams: it would start itself anew otherwise.
  web: { BUN_CONFIG_MAX_HTTP_REQUESTS: "6000" },
};

/** The engineer's own settings, but for those that decide where everything is. */
function environmentOf(replica: Replica, settings: ServiceSettings): Record<string, string> {
  const { repository, databaseUrl, natsUrl, environment } = settings;
  const { service, ports } = replica;
  const decided: Record<string, string> = {
    NODE_ENV: "development",
    AUTH: "optional",
    // Its first lines say that it serves; what is shown of them is the matter of this run.
    LOG_LEVEL: process.env.LOG_LEVEL === "debug" ? "debug" : "info",
    HOST: "127.0.0.1",
    // The gateway stands on this machine too, and tells the services who called it.
    ...(service !== "web" && { TRUSTED_PROXIES: "127.0.0.1" }),
    PORT: String(ports.main),
    METRICS_PORT: String(ports.metrics),
    NATS_URL: natsUrl,
    ...(ports.grpc && { GRPC_PORT: String(ports.grpc) }),
    // With a certificate the first one serves HTTPS where people look for it, the others anywhere.
    ...(replica.name !== service && { HTTPS_PORT: "0" }),
    ...(existsSync(join(repository, "drizzle", service)) && {
      DATABASE_URL: databaseUrlOf(databaseUrl, service),
    }),
    ...onThisMachine[service],
    ...environment,
  };
  const overruled = new Set(["DATABASE_MIGRATE_URL", "DATABASE_MIGRATE_URL_FILE"]);
  for (const name of ["DATABASE_URL", "GRPC_PORT", ...Object.keys(decided)]) {
    overruled.add(name).add(`${name}_FILE`);
  }
  const inherited = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    value === undefined || overruled.has(name) || name.startsWith("PG") ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(inherited), ...decided };
}
