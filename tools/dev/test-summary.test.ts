import { describe, expect, test } from "bun:test";
import { closingLine, testSummary } from "./test-summary.ts";

describe("testSummary", () => {
  test("reads the closing counts and the names of skipped tests", () => {
    const result = read(0, [
      "(pass) a",
      "(skip) group > b",
      "(skip) group > b",
      " 3 pass",
      " 1 skip",
      " 2 todo",
      " 0 fail",
    ]);

    expect(result.skippedNames).toEqual(["group > b"]);
    expect(closingLine(result)).toBe("3 passed, 0 failed, 1 skipped, 2 todo");
  });

  test("reads the names of failed tests, without what they took", () => {
    const result = read(1, ["(fail) group > c [5.02ms]", "(fail) group > c [5.02ms]", " 1 fail"]);

    expect(result.failures.map(({ name }) => name)).toEqual(["group > c"]);
  });

  test("keeps what was said of a failed test, and of no other", () => {
    const result = read(1, [
      "of a",
      "(pass) a",
      "error: of b",
      "  at b.test.ts:1",
      "(fail) b [1.00ms]",
      ...Array.from({ length: 100 }, (_, line) => `line ${line}`),
      "(fail) c [1.00ms]",
      " 2 fail",
      "(fail) b [1.00ms]",
    ]);

    expect(result.failures[0]).toEqual({ name: "b", said: ["error: of b", "  at b.test.ts:1"] });
    expect(result.failures[1]?.said).toHaveLength(80);
    expect(result.failures[1]?.said.at(-1)).toBe("line 99");
    expect(result.failures).toHaveLength(2);
  });

  test("reads them in colours", () => {
    const result = read(1, [
      "\x1b[0m\x1b[33m»\x1b[0m\x1b[1m b\x1b[0m",
      "\x1b[0m\x1b[31m✗\x1b[0m\x1b[1m c\x1b[0m \x1b[0m\x1b[2m[1.20ms]\x1b[0m",
      "\x1b[0m\x1b[32m 3 pass\x1b[0m",
      " 2 fail",
    ]);

    expect(result.skippedNames).toEqual(["b"]);
    expect(result.failures.map(({ name }) => name)).toEqual(["c"]);
    expect(closingLine(result)).toBe("3 passed, 2 failed");
  });

  test("a file that cannot be loaded counts as failed, and so does a crash without counts", () => {
    expect(closingLine(read(1, [" 3 pass", " 0 fail", " 1 error"]))).toBe("3 passed, 1 failed");
    const crashed = read(137, ["a.test.ts:", "(pass) fits", "b.test.ts:", "about to use too much"]);
    expect(closingLine(crashed)).toBe("0 passed, 1 failed");
    expect(crashed.failures).toEqual([
      {
        name: "the runner ended with 137 in b.test.ts",
        said: ["b.test.ts:", "about to use too much"],
      },
    ]);
  });
});

function read(exitCode: number, lines: readonly string[]) {
  const summary = testSummary();
  for (const line of lines) summary.line(line);
  return summary.read(exitCode);
}
