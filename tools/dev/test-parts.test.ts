import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { testParts } from "./test-parts.ts";

const root = mkdtempSync(join(tmpdir(), "test-parts-"));
afterAll(() => rmSync(root, { recursive: true }));

function write(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), "");
  }
}

describe("testParts", () => {
  test("is every test file once, whole systems first and in small parts, and none of a package", () => {
    write("services/a/a.test.ts", "tests/house/b.test.ts");
    write("tests/e2e/c.test.ts", "tests/browser/d.test.ts", "tests/browser/e.test.ts");
    write("tests/node_modules/x/x.test.ts", "services/a/node_modules/y.test.ts", "services/a/a.ts");

    expect(testParts(root)).toEqual([
      ["./tests/browser/d.test.ts", "./tests/browser/e.test.ts"],
      ["./tests/e2e/c.test.ts"],
      ["./services/a/a.test.ts", "./tests/house/b.test.ts"],
    ]);
  });

  test("a folder of many files is several parts", () => {
    const files = Array.from({ length: 60 }, (_, index) => `services/many/${index}.test.ts`);
    write(...files);

    const parts = testParts(root).filter((part) => part.some((file) => file.includes("many")));

    expect(parts.length).toBeGreaterThan(1);
    expect(
      parts
        .flat()
        .filter((file) => file.includes("many"))
        .sort(),
    ).toEqual(files.map((file) => `./${file}`).sort());
  });
});
