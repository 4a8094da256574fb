import { describe, expect, test } from "bun:test";
import { readConfig } from "@app/platform/config.ts";
import { devSigningKeySecret } from "@app/platform/signing-key-secret.ts";
import { BookingsConfig } from "./config.ts";

const least = {
  DATABASE_URL: "postgres://127.0.0.1/bookings",
  NATS_URL: "nats://127.0.0.1",
  SIGNING_KEY_SECRET: "x".repeat(32),
};

describe("the settings of bookings", () => {
  test("need a secret, and are safe without any other", () => {
    const { SIGNING_KEY_SECRET: _, ...rest } = least;

    expect(() => readConfig(BookingsConfig, rest)).toThrow("SIGNING_KEY_SECRET is required");
    expect(readConfig(BookingsConfig, least)).toMatchObject({ AUTH: "required", DEMO: "off" });
  });

  test("refuse a short secret, and in production the one that everybody knows", () => {
    const short = { ...least, SIGNING_KEY_SECRET: "short" };
    const known = { ...least, SIGNING_KEY_SECRET: devSigningKeySecret };

    expect(() => readConfig(BookingsConfig, short)).toThrow("at least 32 characters");
    expect(() => readConfig(BookingsConfig, known)).not.toThrow();
    expect(() => readConfig(BookingsConfig, { ...known, NODE_ENV: "production" })).toThrow(
      "SIGNING_KEY_SECRET",
    );
  });
});
