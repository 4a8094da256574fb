import { Problem } from "../lib/problem.ts";
import { callJson } from "../lib/transport.ts";
import { noteRefusedAct } from "./refused-acts.ts";

/** Every service with an operator API, in the order in which messages pass them. */
export const serviceNames = [
  "orders",
  "inventory",
  "events",
  "bookings",
  "users",
  "reviews",
] as const;

export type ServiceName = (typeof serviceNames)[number];

export function isServiceName(text: string): text is ServiceName {
  return serviceNames.some((name) => name === text);
}

/** The address of a call of one service's operator API, as the gateway knows it. */
export function opsPath(service: ServiceName, path: string): string {
  return `/ops/${service}/v1/${path}`;
}

/**
 * Asks one service's operator API. Throws a `Problem`. With `withinMs` a service that hangs is known
 * as one that does not answer by then, which is sooner than the gateway gives it up.
 */
export async function askOps<T>(
  service: ServiceName,
  path: string,
  { withinMs }: { readonly withinMs?: number } = {},
): Promise<T> {
  const address = opsPath(service, path);
  if (withinMs === undefined) return callJson<T>("GET", address);
  const signal = AbortSignal.timeout(withinMs);
  try {
    return await callJson<T>("GET", address, undefined, { signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
    const detail = `no answer within ${withinMs / 1_000} seconds`;
    const late = { status: 504, code: "late", title: "The service took too long", detail };
    throw new Problem(late, { cause });
  }
}

/** Has one service's operator API do something. Throws a `Problem`. */
export async function actOps<T>(service: ServiceName, path: string, body: object = {}): Promise<T> {
  try {
    return await callJson<T>("POST", opsPath(service, path), body);
  } catch (problem) {
    noteRefusedAct(problem);
    throw problem;
  }
}
