import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { type DevState, findTargets } from "./targets.ts";

const running: DevState = {
  services: {
    orders: { url: "http://127.0.0.1:21001" },
    inventory: { url: "http://127.0.0.1:21002/" },
  },
  natsUrl: "nats://127.0.0.1:21003",
  databaseUrl: "postgres://127.0.0.1:21004/postgres",
  pid: process.pid,
};

describe("findTargets", () => {
  test("takes flags before the environment, that before the dev run, and that before the contract", () => {
    using state = stateFile(JSON.stringify(running));

    const found = findTargets(
      { ordersUrl: "http://127.0.0.1:1/" },
      {
        ORDERS_URL: "http://127.0.0.1:2",
        NATS_URL: "nats://127.0.0.1:3",
        WEB_URL: "http://127.0.0.1:4",
      },
      state.path,
    );

    expect(found).toEqual({
      services: {
        orders: "http://127.0.0.1:1",
        inventory: "http://127.0.0.1:21002",
        events: "http://127.0.0.1:8181",
        bookings: "http://127.0.0.1:8282",
        reviews: "http://127.0.0.1:8484",
        users: "http://127.0.0.1:8383",
      },
      known: ["orders", "inventory"],
      natsUrl: "nats://127.0.0.1:3",
      webUrl: "http://127.0.0.1:4",
      databaseUrl: "postgres://127.0.0.1:21004/postgres",
      demoSignInUrl: undefined,
      from: "the running dev run",
    });
  });

  test.each([
    ["is not there", undefined],
    ["is half written", '{"services":'],
    ["is of another kind", "{}"],
    ["belongs to a process that is gone", JSON.stringify({ ...running, pid: 2 ** 30 })],
  ])("uses the contract's ports when the dev run's state %s", (_, text) => {
    using state = stateFile(text);

    expect(findTargets({}, {}, state.path)).toEqual({
      services: {
        orders: "http://127.0.0.1:8080",
        inventory: "http://127.0.0.1:8090",
        events: "http://127.0.0.1:8181",
        bookings: "http://127.0.0.1:8282",
        reviews: "http://127.0.0.1:8484",
        users: "http://127.0.0.1:8383",
      },
      known: ["orders", "inventory", "events", "bookings", "users", "reviews"],
      natsUrl: "nats://127.0.0.1:4222",
      webUrl: undefined,
      databaseUrl: undefined,
      demoSignInUrl: undefined,
      from: "the contract's ports",
    });
  });

  test("knows those that it was told of, by whatever way", () => {
    const flags = { bookingsUrl: "http://127.0.0.1:1" };

    const { known, services } = findTargets(flags, { USERS_URL: "http://127.0.0.1:2" }, "absent");

    expect(known).toEqual(["bookings", "users"]);
    expect(services.events).toBe("http://127.0.0.1:8181");
  });

  test("refuses what is no http url", () => {
    expect(() => findTargets({ inventoryUrl: "127.0.0.1:8090" }, {}, "absent")).toThrow(Failure);
    expect(() => findTargets({}, { ORDERS_URL: "file:///etc" }, "absent")).toThrow(Failure);
  });
});

function stateFile(text: string | undefined): Disposable & { readonly path: string } {
  const directory = mkdtempSync(join(tmpdir(), "qb-"));
  const path = join(directory, "state.json");
  if (text !== undefined) writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}
