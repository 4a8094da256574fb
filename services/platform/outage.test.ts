import { describe, expect, test } from "bun:test";
import { isDatabaseOutage } from "./outage.ts";

const withCode = (code: string) => Object.assign(new Error("no"), { code });

describe("isDatabaseOutage", () => {
  test("is true for lost and refused connections, restarts, exhaustion and timeouts", () => {
    const codes = ["CONNECTION_CLOSED", "CONNECT_TIMEOUT", "ECONNREFUSED", "ECONNRESET", "08006"];
    const states = ["57P01", "57P03", "53300", "55P03", "57014", "25006"];

    for (const code of [...codes, ...states]) expect(isDatabaseOutage(withCode(code))).toBe(true);
  });

  test("is found under the errors that wrap it", () => {
    const wrapped = new Error("Failed query", { cause: withCode("57P01") });

    expect(isDatabaseOutage(new Error("outer", { cause: wrapped }))).toBe(true);
  });

  test("is false for wrong statements, broken rules and anything else", () => {
    for (const code of ["23505", "23514", "42601", "40P01"]) {
      expect(isDatabaseOutage(withCode(code))).toBe(false);
    }
    expect(isDatabaseOutage(new TypeError("x is not a function"))).toBe(false);
    expect(isDatabaseOutage("57P01")).toBe(false);
  });

  test("ends on an error that is its own cause", () => {
    const circular = new Error("round");
    circular.cause = circular;

    expect(isDatabaseOutage(circular)).toBe(false);
  });
});
