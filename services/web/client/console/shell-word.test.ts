import { expect, test } from "bun:test";
import { shellWord } from "./shell-word.ts";

test.each([
  "order/17",
  "two words",
  "$(touch /tmp/x)",
  "`id`",
  "it's",
  'a "b"',
  "a;b|c&d>e",
  "line\nbreak",
  "",
])("a shell reads %j as the one word that it is", async (text) => {
  const shell = Bun.spawn(["sh", "-c", `printf %s ${shellWord(text)}`]);

  expect(await new Response(shell.stdout).text()).toBe(text);
});

test("what needs no quotes has none", () => {
  expect(shellWord("order/01900000-0000-7000")).toBe("order/01900000-0000-7000");
});
