import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";
import { baseOf, checkBreaking } from "./breaking.ts";

const repository = join(import.meta.dir, "../..");

describe("the base that contracts are compared with", () => {
  test("is nothing before the second commit, then the commit before", async () => {
    await using history = await temporaryHistory();
    const { root } = history;

    expect(await baseOf(root)).toMatchObject({ kind: "none" });
    const first = await history.commit("first");
    expect(await baseOf(root)).toMatchObject({ kind: "none" });
    await history.commit("second");
    expect(await baseOf(root)).toEqual({ kind: "commit", commit: first });
  });

  test("is where a branch left main", async () => {
    await using history = await temporaryHistory();
    await history.commit("first");
    const left = await history.commit("second");
    await $`git -C ${history.root} checkout -q -b topic`.quiet();
    await history.commit("third");
    await history.commit("fourth");

    expect(await baseOf(history.root)).toEqual({ kind: "commit", commit: left });
  });

  test("is main itself while changed contracts are not committed", async () => {
    await using history = await temporaryHistory();
    await history.commit("first");
    const last = await history.commit("second");
    await Bun.write(join(history.root, "proto/shop.proto"), "changed");

    expect(await baseOf(history.root)).toEqual({ kind: "commit", commit: last });
  });

  test("is unknown in a clone that was cut off", async () => {
    await using history = await temporaryHistory();
    await history.commit("first");
    await history.commit("second");
    const clone = join(history.root, "clone");
    await $`git clone -q --depth 1 file://${history.root} ${clone}`.quiet();

    expect(await baseOf(clone)).toMatchObject({ kind: "unknown" });
  });
});

describe("the breaking check", () => {
  test("passes for the contracts as they are committed", async () => {
    expect(await checkBreaking(repository, "HEAD")).toBe(0);
  });

  test("fails for a commit that does not exist", async () => {
    expect(await checkBreaking(repository, "no-such-commit")).toBe(1);
  });
});

async function temporaryHistory() {
  const root = await mkdtemp(join(tmpdir(), "history-"));
  await $`git init -q -b main ${root}`.quiet();
  return {
    root,
    async commit(subject: string): Promise<string> {
      await Bun.write(join(root, "proto/shop.proto"), subject);
      const as = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
      await $`git -C ${root} add proto`.quiet();
      await $`git -C ${root} ${as} commit -q -m ${subject}`.quiet();
      return (await $`git -C ${root} rev-parse HEAD`.text()).trim();
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
