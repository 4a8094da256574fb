import { describe, expect, test } from "bun:test";
import { jobNames, peerJobNames } from "./jobs.ts";
import { readOptions } from "./options.ts";

describe("readOptions", () => {
  test("measures every job in seven rounds when nothing is said", () => {
    expect(readOptions([])).toEqual({
      only: jobNames,
      rounds: 7,
      short: false,
      busy: false,
      jsonFile: undefined,
      write: false,
    });
  });

  test("takes all peers under one name, and in a short run only when asked", () => {
    expect(readOptions(["--only", "peers"])).toMatchObject({ only: peerJobNames });
    expect(readOptions(["--short"])).toMatchObject({
      only: jobNames.filter((name) => !peerJobNames.includes(name)),
    });
  });

  test("takes some jobs", () => {
    expect(readOptions(["--only", "i, iii"])).toMatchObject({ only: ["i", "iii"] });
  });

  test.each([
    [["--only", "i,xi"], "not xi"],
    [["--rounds", "0"], "--rounds must be a whole number from 1 to 100, not 0"],
    [["--rounds", "7.5"], "not 7.5"],
    [["--rounds", "3", "--write"], "--write takes --rounds 7 or more"],
    [["--short", "--write"], "no figures"],
    [["--short", "--rounds", "7"], "no figures"],
    [["--busy", "--write"], "no figures"],
    [["--fast"], "--fast"],
    [["i"], "i"],
  ])("refuses %p", (args, said) => {
    expect(() => readOptions(args)).toThrow(said);
  });

  test("helps", () => {
    expect(readOptions(["--help", "--only", "i"])).toBe("help");
  });
});
