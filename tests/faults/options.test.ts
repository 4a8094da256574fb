import { describe, expect, test } from "bun:test";
import { readOptions } from "./options.ts";

describe("the options of the fault run", () => {
  test("name one seed of every group when nothing is said", () => {
    expect(readOptions([])).toMatchObject({
      seeds: [1],
      groups: ["A", "B", "C", "D", "E", "F"],
      nodes: 1,
      planted: undefined,
    });
  });

  test("name seeds, groups and kinds", () => {
    const options = readOptions("--seed 7 --seeds 3 --group a,F --only kill,cut".split(" "));

    expect(options).toMatchObject({
      seeds: [7, 8, 9],
      groups: ["A", "F"],
      only: ["kill", "cut"],
    });
  });

  test.each([
    ["--seed x", "--seed must be a whole number"],
    ["--seeds 0", "--seeds must be a whole number from 1"],
    ["--group G", "--group takes A, B"],
    ["--nodes 2", "--nodes must be 1 or 3"],
    ["--fast", "--fast"],
  ])("%s is refused with what is wrong", (line, why) => {
    expect(() => readOptions(line.split(" "))).toThrow(why);
  });
});
