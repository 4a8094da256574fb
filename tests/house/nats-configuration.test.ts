import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNats } from "@app/dev/infrastructure.ts";
import { z } from "zod";
import { natsUsersFile } from "./nats-users.ts";
import { root, textOf } from "./repository.ts";

setDefaultTimeout(60_000);

const ConfigMap = z.object({ data: z.object({ "nats.conf": z.string() }) });

/** What each way to deploy hands to nats-server, with the places where it finds keys, certificates and its store. */
const configurations: Readonly<Record<string, () => string>> = {
  "one node": () => textOf("deploy/nats/single.conf"),
  "a node of three": () => textOf("deploy/nats/cluster.conf"),
  "a node on Kubernetes": () => {
    const manifests = Bun.YAML.parse(textOf("deploy/kubernetes/base/nats.yaml"));
    const found = z
      .array(z.unknown())
      .parse(manifests)
      .map((one) => ConfigMap.safeParse(one));
    return found.find(({ success }) => success)?.data?.data["nats.conf"] ?? "";
  },
};

let made: string;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "nats-"));
  made = join(folder, "made");
  const making = await run(["bash", join(root, "deploy/secrets/make-secrets.sh"), made]);
  expect(making.code).toBe(0);
  await copyFile(join(made, "nats-nkeys.conf"), join(made, "nkeys.conf"));
  await copyFile(join(root, natsUsersFile), join(made, "users.conf"));
});
afterAll(() => rm(join(made, ".."), { recursive: true, force: true }));

async function run(command: readonly string[]) {
  const child = Bun.spawn([...command], {
    env: { ...process.env, POD_NAME: "nats-0" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said: out + err };
}

/** nats-server's own judgement, with what an installation makes in the places that containers have. */
async function checked(configuration: string) {
  const text = configuration.replace(/\/run\/(?:secrets(?:\/nats)?|authority)\//g, `${made}/`);
  const file = join(made, "checked.conf");
  await Bun.write(file, text);
  const program = await findNats();
  if ("path" in program) return run([program.path, "-t", "--config", file]);
  // Where nobody has the program but Docker, it is the one in the image.
  const mount = ["--volume", `${made}:${made}:ro`, "--env", "POD_NAME=nats-0"];
  return run(["docker", "run", "--rm", ...mount, program.image, "-t", "--config", file]);
}

describe("the broker's configuration", () => {
  test.each(Object.entries(configurations))("of %s is taken by nats-server", async (_, text) => {
    const { code, said } = await checked(text());

    expect([code, said]).toEqual([0, expect.stringContaining("is valid")]);
  });

  test("would be caught with a certificate that is not made, and with a setting that there is not", async () => {
    const cluster = configurations["a node of three"]?.() ?? "";

    expect((await checked(cluster.replace("nats.crt", "other.crt"))).code).not.toBe(0);
    expect((await checked(cluster.replace("max_payload", "most_payload"))).code).not.toBe(0);
  });
});
