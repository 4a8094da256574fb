import { demoPeople } from "@app/platform/demo-people.ts";
import { demoOperator } from "@app/qb/demo-operator.ts";
import type { Replica } from "./service-plan.ts";
import { urlOf } from "./service-unit.ts";

const demoAddresses = Object.values(demoPeople)
  .map(({ email }) => email)
  .join(", ");

/** An event of the demo, whose ids are the same everywhere: an Aida with seats enough. */
const demoEvent = "01900000-0000-7000-8000-300000000003";

/**
 * Commands to paste, each with what it shows. They work as they are, from the repository; those that
 * want the demo's data are left out without it.
 */
export function tryIt(
  replicas: readonly Replica[],
  { demo }: { readonly demo: boolean },
): readonly (readonly [string, string])[] {
  const [orders, inventory, events, bookings, users] = [
    "orders",
    "inventory",
    "events",
    "bookings",
    "users",
  ].map((wanted) => replicas.find(({ name }) => name === wanted));
  return [
    ...(orders ? orderCommands(urlOf(orders)) : []),
    ...(inventory ? stockCommands(urlOf(inventory)) : []),
    ...(events && demo ? [eventCommand(urlOf(events))] : []),
    ...(bookings && events && demo ? bookingCommands(urlOf(bookings)) : []),
    ...(users ? [signInCommand(urlOf(users))] : []),
    ...(inventory?.ports.grpc ? [grpcCommand(inventory.ports.grpc)] : []),
  ];
}

const post = (url: string, body: object, headers = "") =>
  `curl -i ${url}${headers} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;

function orderCommands(url: string): [string, string][] {
  const order = { userId: "ada", sku: "burger", quantity: 1 };
  const wait = " -H 'prefer: wait=5'";
  return [
    ["order a burger: 202, and its id", post(`${url}/v1/orders`, order)],
    ["one order", `curl ${url}/v1/orders/1`],
    ["wait for the decision: 201", post(`${url}/v1/orders`, { ...order, sku: "pizza" }, wait)],
    [
      "too many: 409, insufficient stock",
      post(`${url}/v1/orders`, { ...order, quantity: 99 }, wait),
    ],
  ];
}

function stockCommands(url: string): [string, string][] {
  const call = `${url}/inventory.v1.InventoryService/GetStock`;
  return [["what is left, by Connect as JSON", post(call, { sku: "burger" })]];
}

function eventCommand(url: string): [string, string] {
  return ["what is on, by words", `curl '${url}/events?search=aida&available=true'`];
}

function bookingCommands(url: string): [string, string][] {
  const event = `${url}/events/${demoEvent}`;
  return [
    ["book two seats: 201", post(`${event}/bookings`, { userId: "ada", seats: 2 })],
    ["how many seats are left", `curl ${event}/availability`],
  ];
}

function signInCommand(url: string): [string, string] {
  return [
    `sign in: ${demoAddresses}, password ${demoOperator.password}; the token goes after "authorization: Bearer"`,
    post(`${url}/api/login`, demoOperator),
  ];
}

function grpcCommand(port: number): [string, string] {
  const call = `http://127.0.0.1:${port}/inventory.v1.InventoryService/ReserveStock`;
  const body = JSON.stringify({ sku: "pizza", quantity: 1 });
  return [
    "reserve by native gRPC",
    `${bufCommand()} curl --protocol grpc --http2-prior-knowledge -d '${body}' ${call}`,
  ];
}

/** The repository's own buf, by what this run was started with. */
function bufCommand(): string {
  return process.env.npm_command === "exec" ? "npx buf" : "bunx buf";
}
