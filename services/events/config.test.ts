import { describe, expect, test } from "bun:test";
import { ConfigError, readConfig } from "@app/platform/config.ts";
import { EventsConfig, httpsOf } from "./config.ts";

const settings = (env: Readonly<Record<string, string>>) =>
  readConfig(EventsConfig, {
    DATABASE_URL: "postgres://127.0.0.1/events",
    NATS_URL: "nats://127.0.0.1:4222",
    ...env,
  });

describe("httpsOf", () => {
  test("serves HTTPS on its own port when there are a certificate and its key", () => {
    const files = { TLS_CERT_FILE: "/tls/cert.pem", TLS_KEY_FILE: "/tls/key.pem" };

    expect(httpsOf(settings({}))).toBeUndefined();
    expect(httpsOf(settings(files))).toEqual({
      port: 9191,
      certFile: "/tls/cert.pem",
      keyFile: "/tls/key.pem",
    });
  });

  test.each([
    ["TLS_CERT_FILE", "TLS_KEY_FILE"],
    ["TLS_KEY_FILE", "TLS_CERT_FILE"],
  ])("refuses %s alone, and names %s", (given, missing) => {
    const half = settings({ [given]: "/tls/half.pem" });

    expect(() => httpsOf(half)).toThrow(ConfigError);
    expect(() => httpsOf(half)).toThrow(`${missing} is required beside ${given}`);
  });
});
