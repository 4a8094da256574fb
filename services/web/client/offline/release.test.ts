import { describe, expect, test } from "bun:test";
import { staleCaches } from "./release.ts";

const release = { key: "c", files: [], script: "/assets/c.js" };

describe("staleCaches", () => {
  test.each([
    ["the first release leaves nothing behind", ["release-c"], []],
    ["the release before stays for tabs that are open", ["release-b", "release-c"], []],
    ["what is older goes", ["release-0", "release-a", "release-b", "release-c"], [0, 1]],
    ["a release that came back is the newest", ["release-c", "release-a", "release-b"], [1]],
    ["what is no release goes", ["pages-1", "files-1", "release-c"], [0, 1]],
  ] as const)("%s", (_what, names, gone) => {
    expect(staleCaches(names, release)).toEqual(gone.map((index) => names[index] ?? ""));
  });
});
