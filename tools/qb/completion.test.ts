import { describe, expect, test } from "bun:test";
import { completionScript } from "./completion.ts";
import { commandLine } from "./program.ts";

const script = completionScript(commandLine());

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _qb; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const command = ["bash", "-c", `${script}\n${ask}`, "bash", "qb", ...words];
  const shell = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([
    new Response(shell.stdout).text(),
    new Response(shell.stderr).text(),
  ]);
  expect({ code: await shell.exited, error }).toEqual({ code: 0, error: "" });
  return out.split("\n").filter(Boolean);
}

describe("the completion of qb", () => {
  test("offers commands, what is below them, and their options", async () => {
    expect(await offered("dl")).toEqual(["dlq"]);
    expect(await offered("dlq", "re")).toEqual(["redrive", "restore"]);
    expect(await offered("dlq", "redrive", "--ca")).toEqual(["--canary"]);
    expect(await offered("dlq", "run", "pau")).toEqual(["pause"]);
    expect(await offered("user", "role", "ada@example.com", "--ad")).toEqual(["--add"]);
  });

  test("offers the options that every command takes", async () => {
    expect(await offered("--js")).toEqual(["--json"]);
    expect(await offered("outbox", "ls", "--orders")).toEqual(["--orders-url"]);
  });

  test("offers nothing for what nobody knows", async () => {
    expect(await offered("nonsense")).toEqual([]);
  });
});
