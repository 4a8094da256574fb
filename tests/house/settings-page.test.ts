import { expect, test } from "bun:test";
import { textOf } from "./repository.ts";
import { settingsPage } from "./settings-page.ts";

test("docs/configuration.md says what the schemas say", () => {
  expect(textOf("docs/configuration.md")).toBe(settingsPage());
});
