import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { jobNames } from "./jobs.ts";
import { withBlock } from "./page-block.ts";

const page = `# Figures

<!-- figures of i -->
old
<!-- end of figures of i -->

between

<!-- figures of ii -->
<!-- end of figures of ii -->
`;

describe("withBlock", () => {
  test("replaces what stands between the marks, and nothing else", () => {
    const written = withBlock(page, "i", "| new |");

    expect(written).toContain(
      "<!-- figures of i -->\n\n| new |\n\n<!-- end of figures of i -->\n\nbetween",
    );
    expect(written).not.toContain("old");
    expect(written).toContain("<!-- figures of ii -->\n<!-- end of figures of ii -->");
  });

  test("gives the same when it is written again", () => {
    const written = withBlock(page, "ii", "| new |");

    expect(withBlock(written, "ii", "| new |")).toBe(written);
  });

  test("finds the marks of every job in the page of the benchmarks", async () => {
    const written = await Bun.file(join(import.meta.dir, "../../docs/benchmarks.md")).text();

    for (const name of [...jobNames, "search"])
      expect(withBlock(written, name, "new")).toContain("new");
  });

  test("refuses a page without the marks", () => {
    expect(() => withBlock(page, "iii", "")).toThrow("<!-- figures of iii -->");
  });
});
