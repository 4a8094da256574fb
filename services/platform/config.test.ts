import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError, type Environment, readConfig } from "./config.ts";
import {
  authMode,
  duration,
  httpUrl,
  logLevel,
  natsUrl,
  port,
  postgresUrl,
  wholeNumber,
} from "./settings.ts";

const schema = z.object({
  PORT: port().prefault("8080"),
  DATABASE_URL: postgresUrl(),
  NATS_URL: natsUrl(),
  ORDER_DEADLINE: duration().prefault("15m"),
  AUTH: authMode(),
  LOG_LEVEL: logLevel(),
  RATE_LIMIT: wholeNumber({ min: 1, max: 100_000 }).prefault("1000"),
});

const sound: Environment = {
  DATABASE_URL: "postgres://orders:canary-secret@db:5432/orders",
  NATS_URL: "nats://n1:4222",
};

function faultsOf(env: Environment): ConfigError {
  try {
    readConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

function withFile<T>(content: string, use: (path: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), "config-"));
  try {
    writeFileSync(join(directory, "secret"), content);
    return use(join(directory, "secret"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe("readConfig", () => {
  test("reads, converts and fills in defaults", () => {
    const config = readConfig(schema, { ...sound, NATS_URL: "nats://n1:4222, n2:4222" });

    expect(config).toEqual({
      PORT: 8080,
      DATABASE_URL: "postgres://orders:canary-secret@db:5432/orders",
      NATS_URL: ["nats://n1:4222", "n2:4222"],
      ORDER_DEADLINE: 900_000,
      AUTH: "required",
      LOG_LEVEL: "info",
      RATE_LIMIT: 1_000,
    });
  });

  test("trims values and lets blank ones fall back", () => {
    const config = readConfig(schema, { ...sound, PORT: "  9999 ", AUTH: "  ", LOG_LEVEL: "" });

    expect(config).toMatchObject({ PORT: 9999, AUTH: "required", LOG_LEVEL: "info" });
  });

  test("reports every fault at once with an example", () => {
    const { message, faults } = faultsOf({ PORT: "99999", ORDER_DEADLINE: "15", AUTH: "maybe" });

    expect(faults.map(({ name }) => name).toSorted()).toEqual([
      "AUTH",
      "DATABASE_URL",
      "NATS_URL",
      "ORDER_DEADLINE",
      "PORT",
    ]);
    expect(message).toContain("NATS_URL is required (for example NATS_URL=nats://127.0.0.1:4222)");
    expect(message).toContain("PORT must be a port, 0 to 65535 (for example PORT=8080)");
  });

  test("never repeats a value, which may be a secret", () => {
    const { message } = faultsOf({ ...sound, DATABASE_URL: "http://orders:canary-secret@db" });

    expect(message).toContain("DATABASE_URL must be a postgres:// url");
    expect(message).not.toContain("canary-secret");
  });

  test("reads a secret from the file that NAME_FILE names", () => {
    const { DATABASE_URL: _, ...rest } = sound;

    const config = withFile("postgres://from-file/orders\n", (path) =>
      readConfig(schema, { ...rest, DATABASE_URL_FILE: path }),
    );

    expect(config.DATABASE_URL).toBe("postgres://from-file/orders");
  });

  test("refuses a missing file, an empty file and a value given twice", () => {
    const { DATABASE_URL: _, ...rest } = sound;

    const missing = faultsOf({ ...rest, DATABASE_URL_FILE: "/nowhere/secret" });
    const empty = withFile(" \n", (path) => faultsOf({ ...rest, DATABASE_URL_FILE: path }));
    const twice = faultsOf({ ...sound, DATABASE_URL_FILE: "/nowhere/secret" });

    expect(missing.message).toContain(
      "DATABASE_URL cannot be read from DATABASE_URL_FILE (ENOENT)",
    );
    expect(empty.message).toContain("DATABASE_URL is an empty file at DATABASE_URL_FILE");
    expect(twice.message).toContain("DATABASE_URL is set twice");
  });

  test("refuses optional sign-in in production only", () => {
    const env = { ...sound, AUTH: "optional" };

    expect(readConfig(schema, env).AUTH).toBe("optional");
    expect(faultsOf({ ...env, NODE_ENV: "production" }).faults).toEqual([
      { name: "AUTH", problem: "optional is refused in production", example: "required" },
    ]);
  });
});

describe("duration", () => {
  test("reads each unit and refuses zero, signs and missing units", () => {
    const read = (text: string) => duration().safeParse(text).data;

    expect(["250ms", "30s", "15m", "48h", "7d"].map(read)).toEqual([
      250, 30_000, 900_000, 172_800_000, 604_800_000,
    ]);
    expect(["0s", "-1s", "15", "1.5s", "s", ""].map(read)).toEqual(Array(6).fill(undefined));
  });
});

describe("httpUrl", () => {
  test("takes a path in front of a service, and nothing behind its own paths", () => {
    const read = (text: string) => httpUrl().safeParse(text).success;

    expect(["http://inventory:8090", "https://shop.example/inventory/"].map(read)).toEqual([
      true,
      true,
    ]);
    expect(["nats://a", "http://a/?b=1", "http://a/#b"].map(read)).toEqual([false, false, false]);
  });
});
