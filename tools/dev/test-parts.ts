/**
 * How many files of a folder make a part, where they take long: each runs whole systems. A part costs
 * the start of a process, and what is left of the last one is waited for with a core idle.
 */
const FILES_PER_PART: Readonly<Record<string, number>> = {
  // All that share a world, then the pages, which have one of their own.
  "tests/browser": 6,
  "tests/e2e": 4,
  "tests/faults": 2,
};
const FILES_PER_PART_ELSEWHERE = 25;

/**
 * All test files of the repository at `root`, in parts for as many processes of `bun test`. Those of
 * whole systems come first, so that what is left for the end is short.
 */
export function testParts(root: string): readonly (readonly string[])[] {
  const files = [...new Bun.Glob("*/**/*.test.ts").scanSync(root)]
    .filter((file) => !file.split("/").includes("node_modules"))
    .sort();
  const { slow = [], quick = [] } = Object.groupBy(files, (file) =>
    folderOf(file) in FILES_PER_PART ? "slow" : "quick",
  );
  const bySlowFolder = Object.values(Object.groupBy(slow, folderOf)).flatMap((group = []) =>
    slices(group, FILES_PER_PART[folderOf(group[0] ?? "")] ?? 1),
  );
  // With the dot they are paths; without it `bun test` would look for names that contain them.
  return [...bySlowFolder, ...slices(quick, FILES_PER_PART_ELSEWHERE)].map((part) =>
    part.map((file) => `./${file}`),
  );
}

const folderOf = (file: string) => file.split("/").slice(0, 2).join("/");

function slices<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
