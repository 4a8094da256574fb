/** The services behind the gateway, by the names of their settings. */
export const serviceNames = [
  "orders",
  "inventory",
  "events",
  "bookings",
  "users",
  "reviews",
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Where a path leads. */
export interface Route {
  /** Segments; `:` stands for any one, and `**` at the end for any number, none included. */
  readonly path: string;
  readonly service: ServiceName;
  /** The path there, where it is another; what `**` stands for is kept. */
  readonly as?: string;
  /** Whether the answer holds the caller's own things alone, whoever the caller is. */
  readonly own?: true;
}

/**
 * Which service answers which path: the whole of it, read from the top, what is more exact first.
 * Nothing else leaves this process, and no path reaches two services.
 */
export const routes: readonly Route[] = [
  // Names and ids of events, whatever they are: an event may be called "bookings".
  { path: "/events/name/:", service: "events" },
  { path: "/events/id/:", service: "events" },
  { path: "/events/:/bookings", service: "bookings" },
  { path: "/events/:/holds", service: "bookings" },
  { path: "/events/:/availability", service: "bookings" },
  { path: "/api/me/bookings", service: "bookings", as: "/bookings", own: true },
  { path: "/api/me/orders", service: "orders", as: "/v1/orders", own: true },
  { path: "/.well-known/jwks.json", service: "users" },
  { path: "/tickets/verify", service: "bookings" },
  { path: "/tickets/keys", service: "bookings" },
  ...serviceNames.flatMap((service) => [
    { path: `/ops/${service}/v1/**`, service, as: "/ops/v1/**" },
    { path: `/openapi/${service}.json`, service, as: "/openapi.json" },
    { path: `/asyncapi/${service}.json`, service, as: "/asyncapi.json" },
  ]),
  { path: "/v1/orders/**", service: "orders" },
  { path: "/v1/items/**", service: "inventory" },
  { path: "/bookings/**", service: "bookings" },
  { path: "/holds/**", service: "bookings" },
  { path: "/reviews/**", service: "reviews" },
  { path: "/locations/**", service: "events" },
  { path: "/events/**", service: "events" },
  { path: "/api/**", service: "users" },
];

/** Where one request goes. */
export interface Way extends Pick<Route, "service" | "own"> {
  /** The path to ask for there, without a query. */
  readonly path: string;
  /** The pattern that was met: there are few, whatever is asked for. */
  readonly route: string;
}

const CALL = /^\/([a-z]+)\.v\d+\.[A-Z]\w*\/[A-Z]\w*$/;

/** Where a path leads, of a call (`/orders.v1.OrdersService/GetOrder`) by its package. */
export function wayOf(path: string): Way | undefined {
  const [, wanted] = CALL.exec(path) ?? [];
  const called = serviceNames.find((name) => name === wanted);
  if (called !== undefined) return { service: called, path, route: `/${called}.**` };

  const given = path.split("/");
  for (const route of routes) {
    const rest = restBehind(route.path.split("/"), given);
    if (rest === undefined) continue;
    const { service, own, as } = route;
    const there = as === undefined ? path : as.replace("/**", rest);
    return { service, path: there, route: route.path, ...(own && { own }) };
  }
  return undefined;
}

/** What `**` stands for, with the slash before it, or undefined where the pattern does not match. */
function restBehind(pattern: readonly string[], given: readonly string[]): string | undefined {
  const open = pattern.at(-1) === "**";
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? given.length < fixed.length : given.length !== fixed.length) return undefined;
  const fits = fixed.every((segment, at) =>
    segment === ":" ? given[at] !== "" : segment === given[at],
  );
  if (!fits) return undefined;
  const rest = given.slice(fixed.length);
  return rest.length === 0 ? "" : `/${rest.join("/")}`;
}
