import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { bugNamed, plantedBugs } from "./bugs.ts";
import { recordedCatches } from "./catches.ts";
import { hunt } from "./hunt.ts";
import { huntPlanted } from "./hunted-process.ts";
import { substitute } from "./substitute.ts";
import { page, withTable } from "./table.ts";

const repository = join(import.meta.dir, "../..");
const catches = await recordedCatches();
const seedOf = (bug: string) => catches.find((each) => each.bug === bug)?.seed ?? 1;

/** A recorded seed catches at once; other histories take its place when the code changes. */
const historiesMax = 3_000;

describe("planted bugs", () => {
  test.each(plantedBugs)("$name still finds the code that it is planted in", async (bug) => {
    for (const [file, substitutions] of Map.groupBy(bug.substitutions, ({ file }) => file)) {
      const source = await Bun.file(join(repository, file)).text();

      expect(substitute(source, substitutions)).not.toBe(source);
    }
  });

  test.each(plantedBugs)(
    "$name is caught by the simulation",
    async ({ name }) => {
      const limits = { seed: seedOf(name), runs: historiesMax, limitMs: 240_000 };

      const { seed, broken } = await huntPlanted(name, limits);

      expect(seed).toBeNumber();
      expect(broken).not.toEqual([]);
    },
    120_000,
  );

  test("are what breaks those histories: without them all are clean", () => {
    for (const { name } of plantedBugs) {
      expect(hunt(seedOf(name), 1)).toMatchObject({ seed: undefined, broken: [] });
    }
  });

  test("are listed in docs/faults.md as they were caught last", async () => {
    const text = await Bun.file(page).text();

    expect(withTable(text, catches)).toBe(text);
  });

  test("are known by name", () => {
    expect(() => bugNamed("no-such-bug")).toThrow("no planted bug is called no-such-bug");
  });
});

describe("substitute", () => {
  const one = { file: "a.ts", text: "const a = 1;", instead: "const a = 2;" };

  test("puts the text in its place, whatever stands in it", () => {
    const instead = "const a = '$&';";

    expect(substitute("x; const a = 1; y;", [{ ...one, instead }])).toBe(`x; ${instead} y;`);
  });

  test.each(["", "const a = 1; const a = 1;"])(
    "refuses a text that is not there once: %p",
    (source) => {
      expect(() => substitute(source, [one])).toThrow("not once");
    },
  );
});
