import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, cp, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNats } from "@app/dev/infrastructure.ts";
import { services } from "./programs.ts";
import { root, textOf } from "./repository.ts";

setDefaultTimeout(60_000);

let folder: string;
let machine: string;
let natsServer: string;
const etc = () => join(machine, "etc/quickbite");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "release-"));
  machine = join(folder, "machine");
  for (const part of ["systemd", "secrets", "nats"])
    await cp(join(root, "deploy", part), join(folder, "quickbite", part), { recursive: true });
  await Bun.write(join(folder, "quickbite/bin/quickbite-orders"), "a program");
  natsServer = await natsServerIn(folder);
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

/** nats-server, which on a machine that has it in Docker alone is called through it. */
async function natsServerIn(folder: string): Promise<string> {
  const found = await findNats();
  if ("path" in found) return found.path;
  const program = join(folder, "nats-server");
  const docker = `docker run --rm --volume '${folder}:${folder}:ro' ${found.image}`;
  await Bun.write(program, `#!/bin/sh\nexec ${docker} "$@"\n`);
  await chmod(program, 0o755);
  return program;
}

/** As on a machine, but for what asks its systemd and its Postgres. */
const install = (version: string) =>
  run(["bash", join(folder, "quickbite/systemd/install.sh"), version], {
    DESTDIR: machine,
    NATS_SERVER_BIN: natsServer,
  });

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

  test("of before a service is given its secrets by the release that brings it, and keeps all others", async () => {
    await cp(join(folder, "kept"), join(etc(), "made"), { recursive: true });
    const before = await installed();
    await forgetReviews();

    expect(await install("1.1.0")).toEqual({ code: 0, said: "" });

    const after = await installed();
    const changed = [...before.keys()].filter((path) => after.get(path) !== before.get(path));
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(changed.map((path) => path.slice(etc().length + 1)).sort()).toEqual([
      "made/nats-nkeys.conf",
      "made/postgres-roles.sql",
      "made/reviews-author-secret",
      "made/reviews-database-url",
      "made/reviews-nkey",
      "made/reviews-owner-database-url",
      "nkeys.conf",
      "secrets/reviews-owner/database-url",
      "secrets/reviews/author-secret",
      "secrets/reviews/database-url",
      "secrets/reviews/nkey",
    ]);
    expect(after.get(join(etc(), "nkeys.conf"))).toBe(
      after.get(join(etc(), "made/nats-nkeys.conf")),
    );
    const roles = after.get(join(etc(), "made/postgres-roles.sql")) ?? "";
    const url = new URL(after.get(join(etc(), "secrets/reviews/database-url")) ?? "");
    expect(url.host).toBe("127.0.0.1:5432");
    expect(roles).toContain(`CREATE ROLE quickbite_reviews LOGIN PASSWORD '${url.password}';`);
    expect(roles).toContain("CREATE ROLE quickbite_orders LOGIN PASSWORD");
  });

  test("of before a service whose set of secrets is elsewhere is refused, and runs on as it was", async () => {
    await forgetReviews();
    await rm(join(etc(), "made"), { recursive: true });
    const before = await installed();

    const { code, said } = await install("1.2.0");

    expect([code, said]).toEqual([1, expect.stringContaining("bring your copy back")]);
    expect(await installed()).toEqual(before);
    expect(await readlink(join(machine, "opt/quickbite/current"))).toBe("releases/1.1.0");
  });

  test("whose broker would not start is refused, and keeps what the broker reads", async () => {
    await cp(join(folder, "kept"), join(etc(), "made"), { recursive: true });
    const keys = join(etc(), "made/nats-nkeys.conf");
    await chmod(keys, 0o600);
    await Bun.write(
      keys,
      (await Bun.file(keys).text()).replace(/^NKEY_REVIEWS: .*/m, 'NKEY_REVIEWS: "UNO"'),
    );
    const read = async () =>
      Promise.all(["nkeys.conf", "users.conf"].map((name) => Bun.file(join(etc(), name)).text()));
    const before = await read();

    const { code, said } = await install("1.2.1");

    expect([code, said]).toEqual([1, expect.stringContaining("the broker would not start")]);
    expect(await read()).toEqual(before);
    await rm(join(etc(), "made"), { recursive: true });
  });

  test("makes no second set of secrets beside the first", async () => {
    await rm(join(etc(), "secrets/orders/nkey"));

    const { code, said } = await install("1.0.3");

    expect(code).toBe(1);
    expect(said).toContain("secrets/orders/nkey");
    expect(said).toContain("bring your copy back");
    expect(await readlink(join(machine, "opt/quickbite/current"))).toBe("releases/1.1.0");
  });
});

/** As a machine is on which no release has had reviews yet. */
async function forgetReviews(): Promise<void> {
  for (const [path, text] of await installed()) {
    if (/reviews/.test(path.slice(etc().length)) && !path.endsWith(".env")) await rm(path);
    else if (/nkeys\.conf$/.test(path))
      await rewrite(path, text.replace(/^NKEY_REVIEWS:.*\n/m, ""));
    else if (path.endsWith("roles.sql"))
      await rewrite(
        path,
        text.replace(/^CREATE ROLE quickbite_reviews_owner[\s\S]*?^.connect postgres\n\n/m, ""),
      );
  }
  for (const role of ["reviews", "reviews-owner"])
    await rm(join(etc(), "secrets", role), { recursive: true, force: true });
  await rewrite(join(etc(), "users.conf"), "authorization { users: [] }\n");
}

async function rewrite(path: string, text: string): Promise<void> {
  await rm(path);
  await Bun.write(path, text);
}

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
