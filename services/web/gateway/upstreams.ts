import { Refusal } from "@app/platform/errors.ts";
import type { HealthCheck } from "@app/platform/health.ts";
import { type ServiceName, serviceNames } from "./routes.ts";

/** Where the replicas of each service answer. */
export type Upstreams = Readonly<Record<ServiceName, readonly string[]>>;

/** How long a service may take to say that it is there: it touches nothing for that. */
const SAYS_LIMIT_MS = 3_000;

/** Whether a service is there at all, however long its present answer takes. */
export async function isThere(url: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.timeout(SAYS_LIMIT_MS);
    const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    const { ok, body } = await fetch(`${url}/healthz`, { signal: either, redirect: "manual" });
    await body?.cancel();
    return ok;
  } catch {
    return false; // Nobody answered, and that is the answer.
  }
}

/**
 * Names each service that does not answer, or not with all its replicas; pages and the others are
 * there all the same.
 */
export function upstreamChecks(upstreams: Upstreams): readonly HealthCheck[] {
  return serviceNames.map((name) => ({
    name,
    critical: false,
    async probe(signal) {
      const origins = upstreams[name];
      const there = await Promise.all(origins.map((origin) => isThere(origin, signal)));
      const away = there.filter((isThere) => !isThere).length;
      if (away === 0) return;
      const told = away === origins.length ? "does not answer" : awayText(away, origins.length);
      throw new Refusal("unavailable", "service_away", told);
    },
  }));
}

const awayText = (away: number, replicas: number) =>
  `${away} of ${replicas} replicas ${away === 1 ? "does" : "do"} not answer`;
