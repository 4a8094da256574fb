import { callJson } from "../lib/transport.ts";

/** Every service with an operator API, in the order in which messages pass them. */
export const serviceNames = ["orders", "inventory", "events", "bookings", "users"] as const;

export type ServiceName = (typeof serviceNames)[number];

export function isServiceName(text: string): text is ServiceName {
  return serviceNames.some((name) => name === text);
}

/** The address of a call of one service's operator API, as the gateway knows it. */
export function opsPath(service: ServiceName, path: string): string {
  return `/ops/${service}/v1/${path}`;
}

/** Asks one service's operator API. Throws a `Problem`. */
export function askOps<T>(service: ServiceName, path: string): Promise<T> {
  return callJson<T>("GET", opsPath(service, path));
}

/** Has one service's operator API do something. Throws a `Problem`. */
export function actOps<T>(service: ServiceName, path: string, body: object = {}): Promise<T> {
  return callJson<T>("POST", opsPath(service, path), body);
}
