import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streams } from "@app/contracts/topology.ts";
import { nkeyVariable } from "@app/dev/infrastructure/nats-users.ts";
import { brokerAccounts } from "@app/platform/messaging/broker-permissions.ts";
import { nkeySeed } from "@app/platform/settings.ts";
import { publicKeyOf } from "@app/platform/testing/keyed-broker.ts";
import { natsUsersFile, natsUsersText } from "./nats-users.ts";
import { root, textOf } from "./repository.ts";

setDefaultTimeout(60_000);

const users = brokerAccounts(streams).map(({ name }) => name);

describe("the broker's users", () => {
  test("stand in the file that every way to deploy takes, as the topology has them", () => {
    expect(textOf(natsUsersFile)).toBe(natsUsersText());
  });

  test("are all given a key, whose seed a service takes, for a server that takes its public half", async () => {
    await using folder = await temporaryFolder();
    const made = join(folder.path, "made");
    await run(["bash", join(root, "deploy/secrets/make-secrets.sh"), made]);
    const keys = await Bun.file(join(made, "nats-nkeys.conf")).text();

    expect(keys.match(/^\w+(?=:)/gm)?.toSorted()).toEqual(users.map(nkeyVariable).toSorted());
    for (const user of users) {
      const seed = (await Bun.file(join(made, `${user}-nkey`)).text()).trim();
      expect(nkeySeed().safeParse(seed).success).toBe(true);
      expect(keys).toContain(`${nkeyVariable(user)}: "${publicKeyOf(seed)}"`);
    }
  });

  test.each([
    ["a public key", "UDFAXGQZHS4S5BW6BCZFOSOSXAIYPBCGCBP54AQ4NIT6GVMGQT76HH7H"],
    [
      "a slip of the pen",
      `${textOf("deploy/compose/development/orders-nkey").trim().slice(0, -1)}A`,
    ],
    ["nothing of the kind", "secret"],
  ])("are not mistaken for %s", (_, text) => {
    expect(nkeySeed().safeParse(text).success).toBe(false);
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "quickbite-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function run(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe" });
  const said = await new Response(child.stderr).text();
  expect([await child.exited, said]).toEqual([0, expect.any(String)]);
}
