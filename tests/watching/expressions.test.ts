import { describe, expect, test } from "bun:test";
import { alertRules } from "./alert-rules.ts";
import { askedByAlerts, askedByPanels, operandsOf } from "./expressions.ts";

describe("operandsOf", () => {
  test("asks for each part by itself, and leaves out nothing that does not hold", () => {
    const expression = `max by (a) (x{b="c > d"}) == 0
      and sum(rate(y[5m])) > 3 * sum(z and w)
      unless on (a) max by (a) (v) > 0`;

    expect(operandsOf(expression)).toEqual([
      'max by (a) (x{b="c > d"}) == bool 0',
      "sum(rate(y[5m])) > bool 3 * sum(z and w)",
      "max by (a) (v) > bool 0",
    ]);
  });

  test("asks for what must not be absent", () => {
    expect(operandsOf('absent(x{a="b"}) or absent(y)')).toEqual(['x{a="b"}', "y"]);
  });

  test("asks for a single vector as it is", () => {
    expect(operandsOf("up")).toEqual(["up"]);
  });
});

describe("what is asked", () => {
  test("has nothing left in it that only Grafana knows", () => {
    const left = askedByPanels().filter(({ expr }) => expr.includes("$"));

    expect(left).toEqual([]);
    expect(askedByPanels().length).toBeGreaterThan(40);
  });

  test("is something of every rule", () => {
    const names = alertRules().groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

    expect(new Set(askedByAlerts(alertRules()).map(({ by }) => by.split(" ")[1] ?? ""))).toEqual(
      new Set(names),
    );
  });
});
