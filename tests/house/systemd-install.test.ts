import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, cp, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { services } from "./programs.ts";
import { root, textOf } from "./repository.ts";

setDefaultTimeout(60_000);

let folder: string;
let machine: string;
const etc = () => join(machine, "etc/quickbite");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "release-"));
  machine = join(folder, "machine");
  for (const part of ["systemd", "secrets", "nats"])
    await cp(join(root, "deploy", part), join(folder, "quickbite", part), { recursive: true });
  await Bun.write(join(folder, "quickbite/bin/quickbite-orders"), "a program");
});
afterAll(() => rm(folder, { recursive: true }));

async function run(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = Bun.spawn([...command], {
    env: { PATH: `${process.env.PATH}`, ...env },
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  return { code: await child.exited, said };
}

/** As on a machine, but for what asks its systemd and its Postgres. */
const install = (version: string) =>
  run(["bash", join(folder, "quickbite/systemd/install.sh"), version], { DESTDIR: machine });

async function installed(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(etc(), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")] as const)),
  );
}

describe("an installation under systemd", () => {
  test("puts every file there that a unit names", async () => {
    expect(await install("1.0.0")).toEqual({ code: 0, said: "" });

    const units = await readdir(join(machine, "etc/systemd/system"));
    const texts = units.map((unit) => textOf(`deploy/systemd/${unit}`)).join("\n");
    const named = [...texts.matchAll(/(?:=|:)(\/etc\/quickbite\/\S+)/g)].map(
      ([, path = ""]) => path,
    );
    const there = new Set(
      [...(await installed()).keys()].map((path) => path.slice(machine.length)),
    );
    const isThere = (path: string) =>
      there.has(path) || [...there].some((file) => file.startsWith(`${path}/`));
    const wanted = named.flatMap((path) =>
      path.includes("%i") ? services.map((name) => path.replace("%i", name)) : [path],
    );

    expect(wanted.length).toBeGreaterThan(20);
    expect(wanted.filter((path) => !isThere(path))).toEqual([]);
    expect(await readlink(join(machine, "opt/quickbite/current"))).toBe("releases/1.0.0");
    for (const name of services)
      expect(await Bun.file(join(etc(), `secrets/${name}-owner/nkey`)).text()).toBe(
        await Bun.file(join(etc(), "made/topology-nkey")).text(),
      );
  });

  test("is finished by another run, whatever is lacking, and changes nothing else", async () => {
    const before = await installed();
    await rm(join(etc(), "secrets/users/operator-password"));
    await rm(join(etc(), "secrets/bookings"), { recursive: true });
    await rm(join(etc(), "nkeys.conf"));

    expect(await install("1.0.1")).toEqual({ code: 0, said: "" });

    expect(await installed()).toEqual(before);
    expect(await readlink(join(machine, "opt/quickbite/current"))).toBe("releases/1.0.1");
  });

  test("needs nothing of what the secrets were made in, once they are there", async () => {
    await cp(join(etc(), "made"), join(folder, "kept"), { recursive: true });
    await rm(join(etc(), "made"), { recursive: true });
    const before = await installed();

    expect(await install("1.0.2")).toEqual({ code: 0, said: "" });
    expect(await installed()).toEqual(before);
  });

  test("makes no second set of secrets beside the first", async () => {
    await rm(join(etc(), "secrets/orders/nkey"));

    const { code, said } = await install("1.0.3");

    expect(code).toBe(1);
    expect(said).toContain("secrets/orders/nkey");
    expect(said).toContain("bring your copy back");
    expect(await readlink(join(machine, "opt/quickbite/current"))).toBe("releases/1.0.2");
  });
});

describe("making databases and roles", () => {
  test.each([
    ["takes those that are there for made", "ERROR:  42710", 0],
    ["takes a database that is there for made", "FEHLER:  42P04", 0],
    ["tells what else is refused", "ERROR:  42501", 1],
    ["is all right when nothing is said", "", 0],
  ])("%s", async (_, answer, code) => {
    const psql = join(folder, "psql");
    await Bun.write(psql, `#!/bin/sh\ncat >/dev/null\necho '${answer}' >&2\n`);
    await chmod(psql, 0o755);
    const script = join(root, "deploy/secrets/make-roles.sh");

    expect((await run(["bash", script, script, psql])).code).toBe(code);
  });
});
