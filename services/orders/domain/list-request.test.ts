import { describe, expect, test } from "bun:test";
import { readListRequest } from "./list-request.ts";

describe("readListRequest", () => {
  test("matches everything and holds 20 when nothing is asked for", () => {
    expect(readListRequest({})).toEqual({ limit: 20 });
    expect(readListRequest({ userId: " ", status: "", sku: "", cursor: "", limit: "" })).toEqual({
      limit: 20,
    });
  });

  test("reads every parameter", () => {
    const parameters = { userId: " u1 ", status: "PENDING", sku: "a", cursor: "c", limit: "100" };

    expect(readListRequest(parameters)).toEqual({
      ...parameters,
      userId: "u1",
      status: "PENDING",
      limit: 100,
    });
  });

  test.each([
    [{ limit: "0" }, "limit must be 1 to 100"],
    [{ limit: "101" }, "limit must be 1 to 100"],
    [{ limit: "-1" }, "limit must be 1 to 100"],
    [{ limit: "1e1" }, "limit must be 1 to 100"],
    [{ limit: "9".repeat(40) }, "limit must be 1 to 100"],
    [{ status: "pending" }, "status is unknown"],
    [{ userId: "x".repeat(129) }, "userId is too long"],
    [{ sku: "x".repeat(65) }, "sku is too long"],
    [{ sku: "a\0b" }, "sku must not contain NUL"],
  ])("refuses %j with %s", (parameters, text) => {
    expect(() => readListRequest(parameters)).toThrow(text);
  });
});
