import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import type { FetchHandler } from "./http.ts";

/** One thing that can be well or not. */
export interface HealthCheck {
  readonly name: string;
  /** Whether the service cannot answer its calls without it. */
  readonly critical: boolean;
  /**
   * Throws when it is not well; only the message of a `Refusal` and the code of
   * anything else are shown. Must end when the signal aborts.
   */
  probe(signal: AbortSignal): void | Promise<void>;
}

export type CheckResult =
  | { readonly status: "ok"; readonly critical: boolean }
  | { readonly status: "failed"; readonly critical: boolean; readonly problem: string };

export interface Readiness {
  /** `degraded`: calls are accepted, but something that is needed later is not well. */
  readonly status: "ok" | "degraded" | "unavailable";
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface HealthSettings {
  readonly clock: Clock;
  readonly checks: readonly HealthCheck[];
  readonly probeLimitMs?: number;
  /** For how long a finding is repeated, so that asking often costs nothing. */
  readonly keptMs?: number;
  /** The same for a finding that something is not well: whoever waits for it hears soon. */
  readonly keptUnwellMs?: number;
}

export interface Health {
  /** Answers `/healthz`, `/livez` and `/readyz`; everything else is left to others. */
  readonly handler: FetchHandler;
  readiness(): Promise<Readiness>;
  /** From now on the service is not ready: others should send their calls elsewhere. */
  drain(): void;
}

export function healthOf({
  clock,
  checks,
  probeLimitMs = 2_000,
  keptMs = 1_000,
  keptUnwellMs = 100,
}: HealthSettings): Health {
  let draining = false;
  let kept: Promise<Readiness> | undefined;
  let keptUntilMs = 0;

  const readiness = async (): Promise<Readiness> => {
    if (draining) return drainingReadiness;
    if (kept === undefined || clock.monotonicMs() >= keptUntilMs) kept = look(clock.monotonicMs());
    return kept;
  };

  const look = async (startedMs: number): Promise<Readiness> => {
    // Whoever asks meanwhile is given the same.
    keptUntilMs = Number.POSITIVE_INFINITY;
    const found = await examine(checks, probeLimitMs);
    keptUntilMs = startedMs + (found.status === "ok" ? keptMs : keptUnwellMs);
    return found;
  };

  return {
    readiness,
    drain: () => {
      draining = true;
    },
    handler: async ({ method, url }) => {
      if (method !== "GET" && method !== "HEAD") return undefined;
      const path = new URL(url).pathname;
      if (path === "/healthz" || path === "/livez") return new Response("ok");
      if (path !== "/readyz") return undefined;
      const found = await readiness();
      return Response.json(found, { status: found.status === "unavailable" ? 503 : 200 });
    },
  };
}

const drainingReadiness: Readiness = {
  status: "unavailable",
  checks: { draining: { status: "failed", critical: true, problem: "the service is stopping" } },
};

async function examine(checks: readonly HealthCheck[], limitMs: number): Promise<Readiness> {
  const results = await Promise.all(
    checks.map(async (check) => [check.name, await resultOf(check, limitMs)] as const),
  );
  const failed = results.filter(([, { status }]) => status === "failed");
  const unavailable = failed.some(([, { critical }]) => critical);
  const degraded = failed.length > 0;
  return {
    status: unavailable ? "unavailable" : degraded ? "degraded" : "ok",
    checks: Object.fromEntries(results),
  };
}

async function resultOf({ critical, probe }: HealthCheck, limitMs: number): Promise<CheckResult> {
  const limit = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Refusal("unavailable", "probe_late", `no answer within ${limitMs} ms`));
    limit.abort();
  }, limitMs);
  try {
    await Promise.race([Promise.try(probe, limit.signal), late.promise]);
    return { status: "ok", critical };
  } catch (error) {
    return { status: "failed", critical, problem: problemText(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** What one check finds wrong, as readiness would say it; null when nothing. */
export async function problemIn(check: HealthCheck, limitMs = 500): Promise<string | null> {
  const result = await resultOf(check, limitMs);
  return result.status === "failed" ? result.problem : null;
}

/** Readiness is public: a message could name hosts and users. */
function problemText(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return error instanceof Error && "code" in error ? String(error.code) : "failed";
}
