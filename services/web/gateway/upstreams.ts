import { Refusal } from "@app/platform/errors.ts";
import type { HealthCheck } from "@app/platform/health.ts";
import { type ServiceName, serviceNames } from "./routes.ts";

/** Where each service answers. */
export type Upstreams = Readonly<Record<ServiceName, string>>;

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

/** Names each service that does not answer; pages and the other services are there all the same. */
export function upstreamChecks(upstreams: Upstreams): readonly HealthCheck[] {
  return serviceNames.map((name) => ({
    name,
    critical: false,
    async probe(signal) {
      if (await isThere(upstreams[name], signal)) return;
      throw new Refusal("unavailable", "service_away", "does not answer");
    },
  }));
}
