import { describe, expect, test } from "bun:test";
import { readConfig } from "@app/platform/config.ts";
import { devSigningKeySecret } from "@app/platform/signing-key-secret.ts";
import { UsersConfig } from "./config.ts";

const least = {
  DATABASE_URL: "postgres://127.0.0.1/users",
  NATS_URL: "nats://127.0.0.1",
  SIGNING_KEY_SECRET: "x".repeat(32),
};
const faultsOf = (env: Readonly<Record<string, string>>) => {
  try {
    readConfig(UsersConfig, { ...least, ...env });
    return [];
  } catch (error) {
    return String(error).split("\n").slice(1);
  }
};

describe("the settings of users", () => {
  test("need a secret, and are safe without any other", () => {
    const { SIGNING_KEY_SECRET: _, ...rest } = least;

    expect(() => readConfig(UsersConfig, rest)).toThrow("SIGNING_KEY_SECRET is required");
    expect(readConfig(UsersConfig, least)).toMatchObject({
      AUTH: "required",
      SECURE_COOKIES: "on",
      DEMO: "off",
      SESSION_LIFETIME: 30 * 86_400_000,
    });
  });

  test.each<[Readonly<Record<string, string>>, string]>([
    [{ SIGNING_KEY_SECRET: "short" }, "SIGNING_KEY_SECRET must have at least 32 characters"],
    [{ OPERATOR_EMAIL: "a@example.com" }, "OPERATOR_PASSWORD is required"],
    [{ OPERATOR_PASSWORD: "long enough" }, "OPERATOR_EMAIL is required"],
    [
      { OPERATOR_EMAIL: "a", OPERATOR_PASSWORD: "long enough" },
      "OPERATOR_EMAIL must be an address",
    ],
    [
      { OPERATOR_EMAIL: "a@b.example", OPERATOR_PASSWORD: "short" },
      "OPERATOR_PASSWORD must have 8",
    ],
  ])("are refused as %j", (env, problem) => {
    const [fault = "", ...more] = faultsOf(env);

    expect(fault.trim()).toStartWith(problem);
    expect(more).toEqual([]);
  });

  test.each([
    { AUTH: "optional" },
    { DEMO: "on" },
    { SECURE_COOKIES: "off" },
    { SIGNING_KEY_SECRET: devSigningKeySecret },
  ])("are refused in production as %j", (env) => {
    expect(faultsOf({ ...env, NODE_ENV: "production" } as Record<string, string>)).toHaveLength(1);
    expect(faultsOf(env as Record<string, string>)).toEqual([]);
  });
});
