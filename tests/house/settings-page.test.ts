import { expect, test } from "bun:test";
import { isTest, repositoryFiles, textOf } from "./repository.ts";
import { settingsPage } from "./settings-page.ts";
import { toolSettings } from "./tool-settings.ts";

/** What every program has. */
const ofTheMachine = new Set(["PATH", "HOME"]);

test("docs/configuration.md says what the schemas say", () => {
  expect(textOf("docs/configuration.md")).toBe(settingsPage());
});

test.each(["qb", "dev"] as const)(
  "%s reads nothing from its environment that stands nowhere",
  (tool) => {
    const read = repositoryFiles()
      .filter((path) => path.startsWith(`tools/${tool}/`) && !isTest(path))
      .flatMap((path) => [...textOf(path).matchAll(/\benv\.([A-Z][A-Z_]+)/g)])
      .map(([, name = ""]) => name)
      .filter((name) => !ofTheMachine.has(name) && !name.startsWith("QUICKBITE_TEST_"));

    const said = Object.keys(toolSettings[tool]);
    expect([...new Set(read)].filter((name) => !said.includes(name))).toEqual([]);
    expect(read.length).toBeGreaterThan(4);
  },
);
