import { describe, expect, test } from "bun:test";
import { browserNote, findBrowser, IN_A_BROWSER } from "./browser.ts";

const nothing = { environment: {}, which: () => null, exists: () => false };

describe("findBrowser", () => {
  test("takes what CHROMIUM_BIN names before all others", () => {
    const machine = {
      environment: { CHROMIUM_BIN: "/opt/mine" },
      which: () => "/usr/bin/chromium",
      exists: () => true,
    };

    expect(findBrowser(machine)).toBe("/opt/mine");
  });

  test("refuses a CHROMIUM_BIN that is not there, instead of taking another", () => {
    const machine = { ...nothing, environment: { CHROMIUM_BIN: "/opt/gone" } };

    expect(() => findBrowser(machine)).toThrow("CHROMIUM_BIN is /opt/gone, which does not exist");
  });

  test("looks on PATH first and then in the usual places", () => {
    const exists = (path: string) => path === "/opt/google/chrome/chrome";
    const which = (name: string) => (name === "google-chrome" ? "/opt/bin/google-chrome" : null);

    expect(findBrowser({ ...nothing, which, exists })).toBe("/opt/bin/google-chrome");
    expect(findBrowser({ ...nothing, exists })).toBe("/opt/google/chrome/chrome");
    expect(findBrowser(nothing)).toBeUndefined();
  });
});

describe("browserNote", () => {
  test("says how many tests want a browser, and how to get one", () => {
    const names = [`${IN_A_BROWSER}: ordering > works`, "a full disk > of the broker"];

    const note = browserNote(names);

    expect(note).toStartWith("1 of them need a browser");
    expect(note).toContain("apt install chromium");
    expect(note).toContain("CHROMIUM_BIN");
  });

  test("says nothing where none was skipped for that", () => {
    expect(browserNote(["a full disk > of the broker"])).toBeUndefined();
  });
});
