import { expect, test } from "bun:test";
import { freePort } from "./ports.ts";

test("a port is not given twice, though nobody listens on it yet", async () => {
  const ports = await Promise.all(Array.from({ length: 1_000 }, freePort));

  expect(new Set(ports).size).toBe(ports.length);
});
