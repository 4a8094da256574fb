import { describe, expect, test } from "bun:test";
import { named } from "./consumer-name.ts";

describe("the consumers of a service", () => {
  test("are called as their durables, or as they say", () => {
    const consumers = [
      { durable: "kitchen-service", stream: "A" },
      { durable: "kitchen-service", stream: "B", consumer: "kitchen-service.b" },
    ];

    expect(named(consumers).map(({ stream, consumer }) => [stream, consumer])).toEqual([
      ["A", "kitchen-service"],
      ["B", "kitchen-service.b"],
    ]);
  });

  test("are refused where two would share lanes", () => {
    const consumers = [{ durable: "kitchen-service" }, { durable: "kitchen-service" }];

    expect(() => named(consumers)).toThrow("need names of their own");
  });
});
