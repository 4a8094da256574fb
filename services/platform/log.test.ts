import { describe, expect, test } from "bun:test";
import { type LogSettings, startLog } from "./log.ts";
import { childSpan, inSpan } from "./telemetry.ts";

const CANARY = "canary-5f3e";

function logInto(lines: string[], settings: Partial<LogSettings> = {}) {
  return startLog({
    service: "orders",
    level: "info",
    write: (line) => lines.push(line),
    ...settings,
  });
}

function parsed(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? "{}");
}

describe("startLog", () => {
  test("says beforehand whether a line would be written", () => {
    expect(logInto([]).isEnabledFor("debug")).toBe(false);
    expect(logInto([], { level: "debug" }).with({ a: 1 }).isEnabledFor("debug")).toBe(true);
  });

  test("writes one JSON line with time, level, service, message and fields", () => {
    const lines: string[] = [];

    logInto(lines).info("order placed", { orderId: 17n, at: new Date(0), note: "two\nlines {x}" });

    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("\n");
    expect(parsed(lines[0])).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: "info",
      service: "orders",
      message: "order placed",
      orderId: "17",
      at: "1970-01-01T00:00:00.000Z",
      note: "two\nlines {x}",
    });
  });

  test("tells an error with its code, stack and whole cause chain under err", () => {
    const lines: string[] = [];
    const root = Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" });

    logInto(lines).error("publish failed", { err: new Error("no broker", { cause: root }) });

    expect(parsed(lines[0])).toMatchObject({
      err: {
        name: "Error",
        message: "no broker",
        stack: expect.stringContaining("log.test.ts"),
        cause: { message: "connection refused", code: "ECONNREFUSED" },
      },
    });
  });

  test("drops what is below the level and keeps bound fields", () => {
    const lines: string[] = [];
    const log = logInto(lines, { level: "warning" }).with({ consumer: "orders-service" });

    log.debug("unseen");
    log.info("unseen");
    log.warn("seen");

    expect(lines.map(parsed)).toMatchObject([{ message: "seen", consumer: "orders-service" }]);
  });

  test("names the trace of the span it is called in, after an await too", async () => {
    const lines: string[] = [];
    const log = logInto(lines);
    const span = childSpan(undefined);

    await inSpan(span, async () => {
      await Promise.resolve();
      log.info("inside");
    });
    log.info("outside");

    expect(parsed(lines[0]).traceId).toBe(span.traceId);
    expect(parsed(lines[1])).not.toHaveProperty("traceId");
  });

  test("lets no secret through, whatever carries it", () => {
    const lines: string[] = [];
    const log = logInto(lines);

    log.info("secrets by name", {
      authorization: CANARY,
      headers: { Cookie: CANARY, "set-cookie": [CANARY], "x-api-key": CANARY },
      user: { password: CANARY, passwordHash: CANARY, refreshToken: CANARY, clientSecret: CANARY },
    });
    log.info("secrets in texts", {
      database: `postgres://orders:${CANARY}@db:5432/orders`,
      url: new URL(`nats://user:${CANARY}@n1:4222`),
      header: `Bearer ${CANARY}`,
      query: `/login?token=${CANARY}&x=1`,
      jwt: `eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.${CANARY}`,
      refresh: `"qbr_${CANARY}"`,
      hash: `($argon2id$v=19$m=19456,t=2,p=1$c2FsdA$${CANARY})`,
    });
    log.error("secrets in errors", {
      err: new Error(`Failed query: insert\nparams: a@b.c,${CANARY}`, {
        cause: new Error(`cannot reach postgres://u:${CANARY}@db/x`),
      }),
    });

    expect(lines).toHaveLength(3);
    expect(lines.join("\n")).not.toContain(CANARY);
    expect(parsed(lines[1]).database).toBe("postgres://***@db:5432/orders");
    expect(parsed(lines[1]).query).toBe("/login?token=***&x=1");
  });

  test("survives circular, deep and huge values", () => {
    const lines: string[] = [];
    const circle: Record<string, unknown> = {};
    circle.self = circle;

    logInto(lines).info("odd values", {
      circle,
      long: "x".repeat(100_000),
      many: Array.from({ length: 100_000 }, (_, n) => n),
      bytes: new Uint8Array(10),
    });

    expect(lines[0]?.length).toBeLessThan(20_000);
    expect(parsed(lines[0]).long).toBe("… (100000 characters)");
    expect(parsed(lines[0]).bytes).toBe("<10 bytes>");
  });
});
