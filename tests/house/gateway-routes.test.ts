import { describe, expect, test } from "bun:test";
import { commonAccess } from "@app/platform/common-access.ts";
import { routes, type ServiceName, serviceNames, wayOf } from "@app/web/gateway/routes.ts";
import { filled } from "../e2e/auth-calls.ts";
import { guardedServices } from "../e2e/auth-services.ts";

/** Every path that a service answers, with something in the place of its parameters. */
const answered = serviceNames.flatMap((service) => {
  const { access, params } = guardedServices[service] ?? { access: {}, params: {} };
  return Object.keys({ ...access, ...commonAccess }).map((call) => {
    const [, route] = call.split(" ");
    return { service, path: route === undefined ? `/${call}` : filled(route, params) };
  });
});

describe("the gateway's table", () => {
  test("knows every service that answers calls", () => {
    expect(Object.keys(guardedServices).toSorted()).toEqual([...serviceNames].toSorted());
  });

  test("leads every call to the service that answers it, under the path it has there", () => {
    const astray = answered.filter(({ service, path }) => {
      const asked = path
        .replace(/^\/ops\//, `/ops/${service}/`)
        .replace(/^\/(openapi|asyncapi)\.json$/, `/$1/${service}.json`);
      const way = wayOf(asked);
      return way?.service !== service || way.path !== path;
    });

    expect(answered.length).toBeGreaterThan(150);
    expect(astray).toEqual([]);
  });

  test.each([
    ["/v1/orders", "orders", "/v1/orders"],
    ["/v1/orders/1/stream", "orders", "/v1/orders/1/stream"],
    ["/v1/items/burger/restock", "inventory", "/v1/items/burger/restock"],
    ["/events", "events", "/events"],
    ["/events/name/bookings", "events", "/events/name/bookings"],
    ["/events/name/AC%2FDC", "events", "/events/name/AC%2FDC"],
    ["/events/x/bookings", "bookings", "/events/x/bookings"],
    ["/events/x/cancel", "events", "/events/x/cancel"],
    ["/api/me", "users", "/api/me"],
    ["/api/me/bookings", "bookings", "/bookings"],
    ["/api/me/orders", "orders", "/v1/orders"],
    ["/ops/bookings/v1/dead-letters/7/redrive", "bookings", "/ops/v1/dead-letters/7/redrive"],
    ["/orders.v1.OrdersService/WatchOrder", "orders", "/orders.v1.OrdersService/WatchOrder"],
    ["/users.v2.AccountsService/Ask", "users", "/users.v2.AccountsService/Ask"],
  ] satisfies [string, ServiceName, string][])("leads %s to %s", (asked, service, path) => {
    expect(wayOf(asked)).toMatchObject({ service, path });
  });

  test.each([
    ["the operator API without a service", "/ops/v1/dead-letters"],
    ["the operator API of nobody", "/ops/web/v1/dead-letters"],
    ["what is not the operator API", "/ops/orders/v2/dead-letters"],
    ["a name that only begins so", "/v1/ordersx"],
    ["a name that only begins so, of a folder", "/apiary/me"],
    ["a call of a package that nobody has", "/payments.v1.PaymentsService/Pay"],
    ["a call with more behind it", "/orders.v1.OrdersService/GetOrder/more"],
    ["a service's health", "/readyz"],
    ["a service's metrics", "/metrics"],
    ["the verification of anything but a ticket", "/tickets/verify/more"],
    ["nothing", ""],
  ])("leads nowhere with %s", (_, path) => {
    expect(wayOf(path)).toBeUndefined();
  });

  test("names what is more exact before what is less, so that the first that fits is the one", () => {
    const hidden = routes.flatMap((route, at) => {
      const sample = route.path.replaceAll(":", "x").replace("/**", "/y/z");
      const first = routes.findIndex(({ path }) => wayOf(sample) && fits(path, sample));
      return first < at ? [`${route.path} behind ${routes[first]?.path}`] : [];
    });

    expect(hidden).toEqual([]);
  });
});

function fits(pattern: string, path: string): boolean {
  const text = pattern.replaceAll(":", "[^/]+").replace("/**", "(?:/.*)?");
  return new RegExp(`^${text}$`).test(path);
}
