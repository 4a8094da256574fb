import { describe, expect, test } from "bun:test";
import { repositoryFiles, textOf } from "./repository.ts";

const page = "docs/differences.md";

/** How many there are of each kind, and how their numbers are written; all count from 1. */
const catalogue: readonly (readonly [kind: string, count: number, form: "C1-01" | "T1"])[] = [
  ["C1", 23, "C1-01"],
  ["C2", 31, "C1-01"],
  ["C3", 8, "C1-01"],
  ["C4", 51, "C1-01"],
  ["C5", 22, "C1-01"],
  ["C6", 27, "C1-01"],
  ["C7", 11, "C1-01"],
  ["C8", 13, "C1-01"],
  ["C9", 12, "C1-01"],
  ["C10", 15, "C1-01"],
  ["C11", 11, "C1-01"],
  ["C12", 9, "C1-01"],
  ["R", 14, "C1-01"],
  ["B", 92, "C1-01"],
  ["Q", 49, "C1-01"],
  ["T", 18, "T1"],
  ["F", 11, "T1"],
  ["D", 9, "T1"],
  ["A", 21, "C1-01"],
  ["N", 12, "C1-01"],
  ["L", 12, "C1-01"],
  ["O", 44, "C1-01"],
];

const numbers = catalogue.flatMap(([kind, count, form]) =>
  Array.from({ length: count }, (_, at) =>
    form === "T1" ? `${kind}${at + 1}` : `${kind}-${String(at + 1).padStart(2, "0")}`,
  ),
);

interface Row {
  readonly number: string;
  readonly what: string;
  readonly became: string;
}

/** Every file of the repository and every folder that holds one. */
const places = new Set(
  repositoryFiles().flatMap((path) =>
    path.split("/").map((_, at, parts) => parts.slice(0, at + 1).join("/")),
  ),
);

const rows = rowsOf(textOf(page));

describe("the differences from what came before", () => {
  test("account for each number once, in order, and for no other", () => {
    expect(rows.map(({ number }) => number)).toEqual(numbers);
  });

  test("say of each what it was and what became of it", () => {
    expect(rows.filter(({ what, became }) => !/\w{3}/.test(what) || !/\w{3}/.test(became))).toEqual(
      [],
    );
  });

  test("name the file that does it, or say why there is none", () => {
    const unaccounted = rows.filter(
      ({ became }) => pathsIn(became).length === 0 && !/\b(?:not yet|left out)\b/.test(became),
    );

    expect(unaccounted).toEqual([]);
  });

  test("name files that are there", () => {
    const missing = rows.flatMap(({ number, became }) =>
      pathsIn(became).flatMap((path) => (places.has(path) ? [] : [`${number}: ${path}`])),
    );

    expect(missing).toEqual([]);
  });

  test("refer to rows that are there", () => {
    const known = new Set(numbers);
    const lost = rows.flatMap(({ number, became }) =>
      [...became.matchAll(/\bsee ([A-Z]\d*(?:-\d+)?)\b/g)].flatMap(([, other = ""]) =>
        known.has(other) ? [] : [`${number}: ${other}`],
      ),
    );

    expect(lost).toEqual([]);
  });

  test("would be caught with a row that is torn, or a file that is nowhere", () => {
    const [row, ...more] = rowsOf("| B-01 | two took the last seat | `services/nowhere.ts` |");

    expect(more).toEqual([]);
    expect(row?.number).toBe("B-01");
    expect(pathsIn(row?.became ?? "")).toEqual(["services/nowhere.ts"]);
    expect(() => rowsOf("| B-01 | two took the last seat |")).toThrow("B-01");
    expect(pathsIn("`GET /events/{id}`, `Prefer: wait`, `events.v1.>`, `{items: []}`")).toEqual([]);
  });
});

/** The rows that begin with a number; a table's head and rule do not. */
function rowsOf(text: string): readonly Row[] {
  return text.split("\n").flatMap((line) => {
    if (!/^\| [A-Z]+\d*(?:-\d+)? \|/.test(line)) return [];
    const [, number = "", what = "", became = "", ...rest] = line.split("|").map((c) => c.trim());
    if (rest.length !== 1) throw new Error(`the row of ${number} has not three cells`);
    return [{ number, what, became }];
  });
}

/** The files and folders of ours that a text names: in code, below something at the repository's top. */
function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([\w./@-]+)`/g)].flatMap(([, path = ""]) =>
    places.has(path.split("/")[0] ?? "") ? [path] : [],
  );
}
