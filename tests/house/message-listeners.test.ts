import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { catalog } from "@app/contracts/catalog.ts";
import { repositoryFiles, root } from "./repository.ts";

/** Each handler of each service, as `service type`. */
async function handlers(): Promise<readonly string[]> {
  const found = repositoryFiles().map((path) => ({
    path,
    service: /^services\/([^/]+)\/consumers\/on-[\w-]+\.ts$/.exec(path)?.[1],
  }));
  const told = found.map(async ({ path, service }) => {
    if (service === undefined || path.endsWith(".test.ts")) return [];
    const exported: readonly unknown[] = Object.values(await import(join(root, path)));
    return exported.flatMap((value) =>
      typeof value === "object" && value !== null && "type" in value && "handle" in value
        ? [`${service} ${value.type}`]
        : [],
    );
  });
  return (await Promise.all(told)).flat();
}

describe("the catalog's listeners", () => {
  test("are the services that have a handler of that message, and no other", async () => {
    const listed = catalog.flatMap(({ type, listeners }) =>
      listeners.map(({ service }) => `${service} ${type}`),
    );

    expect(listed.length).toBeGreaterThan(8);
    expect(listed.toSorted()).toEqual([...(await handlers())].toSorted());
  });
});
