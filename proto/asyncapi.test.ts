import { describe, expect, test } from "bun:test";
import { asyncApi } from "./asyncapi.ts";
import { catalog } from "./catalog.ts";
import { messageContracts } from "./messages.ts";

const document = asyncApi();

/** What a JSON pointer leads to. */
function at(pointer: string): unknown {
  return pointer
    .slice(2)
    .split("/")
    .reduce<unknown>(
      (value, step) =>
        typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined,
      document,
    );
}

function references(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "$ref" && typeof inner === "string" ? [inner] : references(inner),
  );
}

describe("the catalog", () => {
  test("has every message, and dead letters, each with what its contract says", () => {
    const types = catalog.map(({ type }) => type);

    expect(types).toEqual([
      ...messageContracts.map(({ subject }) => subject),
      "platform.v1.dead_letter",
    ]);
    for (const { doc, fields, owner } of catalog) {
      expect([doc, owner]).not.toContain("");
      expect(fields.map(({ doc }) => doc)).not.toContain("");
      expect(fields.map(({ type }) => type)).not.toContain("");
    }
  });

  test("tells the fields of a message, their types and who listens", () => {
    const created = catalog.find(({ name }) => name === "OrderCreated");

    // One by one: a difference of the whole would be told with all that its descriptors lead to.
    expect([created?.owner, created?.stream, created?.subject, created?.doc]).toEqual([
      "orders",
      "ORDERS",
      "orders.v1.order_created.{id}",
      "OrderCreated says that an order was accepted and waits for its stock.",
    ]);
    expect(created?.listeners).toEqual([
      { service: "inventory", durable: "inventory-service" },
      { service: "reviews", durable: "reviews-service" },
    ]);
    expect(created?.fields.map(({ number, name, type }) => `${number} ${name} ${type}`)).toEqual([
      "1 event_id string",
      "2 time Timestamp",
      "3 order_id int64",
      "4 user_id string",
      "5 sku string",
      "6 quantity int32",
      "7 items OrderedItem[]",
    ]);
    expect(created?.fields.at(-1)?.part?.name).toBe("OrderedItem");
  });

  test("tells apart what may be absent", () => {
    const letter = catalog.find(({ name }) => name === "DeadLetter");

    expect(letter?.fields.find(({ name }) => name === "version")?.type).toBe("int64?");
  });
});

describe("the AsyncAPI document", () => {
  test("leads nowhere that is not there", () => {
    const all = references(document);

    expect(all.length).toBeGreaterThan(catalog.length);
    expect(all.filter((reference) => at(reference) === undefined)).toEqual([]);
  });

  test("has a channel with its parameters, a sender and its listeners for each message", () => {
    expect(at("#/channels/orders.v1.order_created")).toMatchObject({
      address: "orders.v1.order_created.{id}",
      parameters: { id: expect.any(Object) },
    });
    expect(at("#/operations/orders.send.OrderCreated")).toMatchObject({ action: "send" });
    expect(at("#/operations/inventory.receive.OrderCreated")).toMatchObject({ action: "receive" });
    expect(Object.keys(at("#/channels") as object)).toHaveLength(catalog.length);
  });

  test("describes payloads by protobuf's JSON mapping", () => {
    expect(at("#/components/schemas/orders.v1.OrderCreated")).toMatchObject({
      type: "object",
      properties: {
        orderId: { type: "string", format: "int64" },
        time: { type: "string", format: "date-time" },
        quantity: { type: "integer", format: "int32" },
        items: { type: "array", items: { $ref: "#/components/schemas/orders.v1.OrderedItem" } },
      },
    });
  });
});
