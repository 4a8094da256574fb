import { describe, expect, test } from "bun:test";
import { signInFrom, wayBack } from "./way-back.ts";

describe("the way back after signing in", () => {
  test.each([
    ["/bookings", "/bookings"],
    ["/events?search=aida&available=true", "/events?search=aida&available=true"],
    ["/console/dead-letters", "/console/dead-letters"],
  ])("leads to %s", (back, path) => {
    expect(wayBack({ back }, "/")).toBe(path);
  });

  test.each([
    ["nowhere", undefined],
    ["another site", "https://evil.example/"],
    ["another site without a scheme", "//evil.example"],
    ["what a browser takes for another site", "/\\evil.example"],
    ["the same behind a character that browsers drop", "/\t/evil.example"],
    ["a script", "javascript:alert(1)"],
    ["signing in", "/sign-in?back=/sign-in"],
    ["no text", ["/bookings"]],
  ])("never leads to %s", (_what, back) => {
    expect(wayBack({ back }, "/account")).toBe("/account");
  });

  test("is asked for in the address, unless it is where everybody begins", () => {
    expect(signInFrom("/sign-in", "/events?search=a b")).toBe(
      "/sign-in?back=%2Fevents%3Fsearch%3Da%20b",
    );
    expect(signInFrom("/sign-up", "/")).toBe("/sign-up");
    expect(signInFrom("/sign-up", "/sign-in?back=/bookings")).toBe("/sign-up");
  });
});
