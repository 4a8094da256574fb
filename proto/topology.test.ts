import { describe, expect, test } from "bun:test";
import { streams } from "./topology.ts";

const tenYears = 10 * 365 * 86_400;

describe("the topology", () => {
  test("has room for what every stream takes in at its declared rate", () => {
    const tooSmall = streams.filter(({ declaredRate, maxAgeSeconds, maxBytes }) => {
      const { messagesPerSecond, bytesPerMessage } = declaredRate;
      return messagesPerSecond * bytesPerMessage * (maxAgeSeconds || tenYears) > maxBytes;
    });

    expect(tooSmall).toEqual([]);
  });

  test("fits on a laptop's broker", () => {
    const reserved = streams.reduce((sum, { maxBytes }) => sum + maxBytes, 0);

    expect(reserved).toBeLessThan(4 * 1024 ** 3);
  });

  test("gives each stream and each subject to one owner", () => {
    const names = streams.map(({ name }) => name);
    const subjects = streams.flatMap((stream) => stream.subjects);

    expect(new Set(names).size).toBe(names.length);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  test("lets every stream be heard by the services that need it, and by no other", () => {
    const listeners = streams.map(({ name, durables }) => [
      name,
      durables.map((durable) => `${durable.name} of ${durable.service}`),
    ]);

    expect(Object.fromEntries(listeners)).toEqual({
      ORDERS: ["inventory-service of inventory", "reviews-service of reviews"],
      INVENTORY: ["orders-service of orders"],
      EVENTS: ["bookings-service of bookings"],
      BOOKINGS: ["events-service of events", "reviews-service of reviews"],
      REVIEWS: ["inventory-service of inventory", "events-service of events"],
      USERS: ["reviews-service of reviews"],
      DEAD_LETTERS: [],
      CANARY: [],
    });
  });
});
