import { describe, expect, test } from "bun:test";
import { guide, placed, stepsOf } from "../guide/follow-guide.ts";
import { isFile, textOf } from "./repository.ts";

const text = textOf(guide);
const steps = stepsOf(text);
const block = { kind: "write", file: "a.ts", text: "new\n", before: "old" } as const;

describe("the guide to a new service", () => {
  test("has blocks that can be followed, every one of those that name a file", () => {
    const named = text.match(/^```\w+ file=/gm) ?? [];
    const written = steps.filter(({ kind }) => kind === "write");

    expect(written.length).toBe(named.length);
    expect(written.length).toBeGreaterThan(15);
    expect(steps.filter(({ kind }) => kind === "run").length).toBeGreaterThan(1);
  });

  test("puts each where there is one place for it, and says what can be read", () => {
    const files = new Map<string, string>();
    for (const step of steps) {
      if (step.kind === "run") continue;
      const there = files.get(step.file) ?? (isFile(step.file) ? textOf(step.file) : "");
      if (step.before === undefined) expect([step.file, there]).toEqual([step.file, ""]);
      files.set(step.file, placed(there, step));
    }

    for (const [file, content] of files) expect([file, faultOf(file, content)]).toEqual([file, ""]);
  });

  test.each([
    ["no place", "none", "a.ts has no old"],
    ["two places", "old old", "a.ts has old more than once"],
  ])("would be caught with %s for a block", (_, there, fault) => {
    expect(() => placed(there, block)).toThrow(fault);
  });

  test("would be caught without the step that ends what is followed", () => {
    expect(() => stepsOf("# Guide\n\n## 1. Contracts\n")).toThrow("has no ## 3.");
    expect(placed("old\n", block)).toBe("new\nold\n");
  });
});

/** What a reader of the file would stumble over; nothing in a language that is not read here. */
function faultOf(file: string, content: string): string {
  try {
    if (file.endsWith(".ts")) new Bun.Transpiler({ loader: "ts" }).transformSync(content);
    if (file.endsWith(".json")) JSON.parse(content);
    return "";
  } catch (error) {
    return String(error);
  }
}
