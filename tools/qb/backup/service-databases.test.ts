import { describe, expect, test } from "bun:test";
import { serviceNames } from "../targets.ts";
import { databasesOf, serviceDatabases } from "./service-databases.ts";

const server = "postgres://someone@127.0.0.1:5432/postgres";
const url = "postgres://owner@127.0.0.1:5432/quickbite_orders";

describe("the databases of a backup", () => {
  test("are all of the server given, where none is named", () => {
    const found = databasesOf(serviceNames, serviceDatabases(server, {}));

    expect(found.map(({ service }) => service)).toEqual([...serviceNames]);
  });

  test("are refused where one is named and others are not, whatever server is given", () => {
    const named = serviceDatabases(server, { ORDERS_DATABASE_URL: url });

    expect(() => databasesOf(serviceNames, named)).toThrow(
      "nobody said where the database of inventory, events, bookings, users, reviews is",
    );
  });

  test("are those that are wanted, and all of them", () => {
    const named = serviceDatabases(undefined, { ORDERS_DATABASE_URL: url });

    expect(databasesOf(["orders"], named)).toEqual([{ service: "orders", url }]);
    expect(() => databasesOf(["orders", "users"], named)).toThrow("the database of users is");
  });
});
