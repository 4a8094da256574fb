import { describe, expect, test } from "bun:test";
import { readPgbench, scriptOf } from "./pgbench.ts";

describe("readPgbench", () => {
  const said = (failed: number) => `pgbench (15.18, server 18.4)
transaction type: pgbench.sql
number of clients: 16
number of transactions actually processed: 42123
number of failed transactions: ${failed} (0.000%)
latency average = 1.899 ms
initial connection time = 31.027 ms
tps = 8424.123456 (without initial connection time)
`;

  test("reads how many transactions were done, and how many a second", () => {
    expect(readPgbench(said(0))).toEqual({ transactions: 42_123, perSecond: 8_424.123456 });
  });

  test("takes no run in which one failed", () => {
    expect(() => readPgbench(said(3))).toThrow("3 of pgbench's transactions failed");
  });

  test("takes no output that it cannot read", () => {
    expect(() => readPgbench("pgbench: fatal")).toThrow("pgbench said: pgbench: fatal");
  });
});

describe("scriptOf", () => {
  test("makes variables of values, and writes out what cannot be one", () => {
    const script = scriptOf(
      "insert into t values ($1::bigint, $2::text, $3::text, $4::bytea, $10)",
      [
        { kind: "sql", text: ":id" },
        { kind: "value", value: null },
        { kind: "value", value: "" },
        { kind: "value", value: new Uint8Array([1, 255]) },
        ...Array.from({ length: 5 }, () => ({ kind: "value", value: 0 }) as const),
        { kind: "value", value: "a: b=c" },
      ],
    );

    expect(script).toEqual({
      text: "insert into t values (:id::bigint, null::text, ''::text, :p4::bytea, :p10)",
      variables: { p4: "\\x01ff", p10: "a: b=c" },
    });
  });

  test("refuses a parameter that nothing is given for", () => {
    expect(() => scriptOf("select $2", [{ kind: "value", value: 1 }])).toThrow("$2");
  });
});
