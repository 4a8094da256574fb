import { describe, expect, test } from "bun:test";
import { ageMaxMs, provenAgeMs } from "./published-stream.ts";

const aDayMs = 86_400_000;

describe("the age of messages", () => {
  test("is the stream's, and proves nothing in its last hour", () => {
    expect(ageMaxMs({ maxAgeSeconds: 86_400 })).toBe(aDayMs);
    expect(provenAgeMs({ maxAgeSeconds: 86_400 })).toBe(aDayMs - 3_600_000);
  });

  test("never explains that a stream lacks a message where it keeps all", () => {
    expect(ageMaxMs({ maxAgeSeconds: 0 })).toBeGreaterThan(50 * 365 * aDayMs);
    expect(provenAgeMs({ maxAgeSeconds: 0 })).toBeGreaterThan(50 * 365 * aDayMs);
  });
});
