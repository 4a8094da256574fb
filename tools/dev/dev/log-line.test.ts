import { describe, expect, test } from "bun:test";
import { coloursFor } from "./colours.ts";
import { isShown } from "./log-level.ts";
import { showLine } from "./log-line.ts";

const plain = coloursFor(false);

describe("showLine", () => {
  test("formats a line with its fields and a short trace id", () => {
    const line = JSON.stringify({
      time: "2026-01-02T03:04:05.678Z",
      level: "info",
      service: "orders",
      message: "request",
      traceId: "0123456789abcdef0123456789abcdef",
      path: "/v1/orders",
      note: "two words",
      ms: 3.5,
    });

    const { level, text } = showLine(line, plain);

    expect(level).toBe("info");
    expect(text).toMatch(/^\d\d:\d\d:05\.678 info {2}request path=/);
    expect(text).toEndWith(`path=/v1/orders note="two words" ms=3.5 #01234567`);
  });

  test("shows an error with its own frames and its causes", () => {
    const stack =
      "Error: a\n    at mine (/repo/a.ts:1:2)\n    at x (/repo/node_modules/y/z.js:3:4)";
    const err = { name: "Error", message: "a", stack, cause: { name: "Error", message: "b" } };

    const { level, text } = showLine(JSON.stringify({ level: "error", message: "m", err }), plain);

    expect(level).toBe("error");
    expect(text.split("\n").slice(1)).toEqual([
      "  Error: a",
      "    at mine (/repo/a.ts:1:2)",
      "  Error: b",
    ]);
  });

  test.each(["{ not json", "panic: out of luck"])("shows %s as it is", (line) => {
    expect(showLine(line, plain)).toEqual({ level: "warning", text: line });
  });
});

test("a level shows itself and all above; none shows nothing", () => {
  expect(isShown("warning", "warning")).toBe(true);
  expect(isShown("info", "warning")).toBe(false);
  expect(isShown("error", "none")).toBe(false);
});
