import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { readConfig } from "@app/platform/config.ts";
import { environmentFile } from "./compose-file.ts";
import { fullSettings } from "./installation.ts";
import { type ProgramName, programNames, programs, services, withFiles } from "./programs.ts";
import { repositoryFiles, textOf } from "./repository.ts";

const folder = "deploy/systemd";

describe("the systemd units", () => {
  test.each(programNames)("configure %s completely, on the ports of the contract", (name) => {
    const env = environmentOf(name, "quickbite@.service");

    expect(readConfig(programs[name].schema, env)).toMatchObject(programs[name].ports);
    const own = environmentFile(`${folder}/env/${name}.env`);
    expect(Object.keys(own).filter((key) => !(key in programs[name].schema.shape))).toEqual([]);
  });

  test.each(services)("configure the job of %s, with its owner's role", (name) => {
    const env = environmentOf(name, "quickbite-migrate@.service");

    const { DATABASE_URL: user, DATABASE_MIGRATE_URL: owner } = readConfig(
      programs[name].schema,
      env,
    ) as Readonly<Record<string, string>>;
    expect(new URL(owner ?? "").username).toBe(`${new URL(user ?? "").username}_owner`);
  });

  test("start what a release holds, and let it end by itself", () => {
    const [, program = ""] =
      /^ExecStart=(\S+)$/m.exec(textOf(`${folder}/quickbite@.service`)) ?? [];

    expect(program).toBe("/opt/quickbite/current/bin/quickbite-%i");
    // Tables are made by the release that comes, before the link to what runs is moved.
    expect(textOf(`${folder}/quickbite-migrate@.service`)).toContain(
      "\nExecStart=/opt/quickbite/migrating/bin/quickbite-%i migrate\n",
    );
    for (const unit of unitFiles()) {
      const text = textOf(unit);
      const [, limit = ""] = /^Timeout(?:Stop|Start)Sec=(\S+)$/m.exec(text) ?? [];
      expect([unit, secondsOf(limit)]).toEqual([unit, expect.any(Number)]);
      expect(secondsOf(limit)).toBeGreaterThan(10);
    }
  });

  test("give each program as little as it needs", () => {
    for (const unit of unitFiles()) {
      const lines = textOf(unit).split("\n");
      expect(lines).toContain("DynamicUser=yes");
      expect(lines).toContain("NoNewPrivileges=yes");
      expect(lines).toContain("CapabilityBoundingSet=");
      expect(lines).toContain("ProtectSystem=strict");
      expect(lines).toContain("SystemCallFilter=@system-service");
      expect(lines.some((line) => line.startsWith("MemoryMax="))).toBe(true);
      // Secrets come as credentials and never in a file of variables.
      expect(
        lines.filter((line) => /^Environment=.*(?:DATABASE_URL|SEED|SECRET|PASSWORD)=/.test(line)),
      ).toEqual([]);
    }
  });
});

/** As systemd reads a span of time, of those units that we write it in. */
function secondsOf(span: string): number | undefined {
  const [, count, unit = "s"] = /^(\d+)(s|min|h)?$/.exec(span) ?? [];
  const seconds: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };
  return count === undefined ? undefined : Number(count) * (seconds[unit] ?? 0);
}

const unitFiles = () =>
  repositoryFiles().filter((path) => path.startsWith(folder) && path.endsWith(".service"));

/** What a unit hands to a program: the files of variables, its own lines, and what its credentials hold. */
function environmentOf(name: ProgramName, unit: string): Record<string, string> {
  const lines = textOf(`${folder}/${unit}`).matchAll(/^Environment=(\w+)=(\S+)$/gm);
  const own = Object.fromEntries([...lines].map(([, key = "", value = ""]) => [key, value]));
  const known = new Set(Object.keys(programs[name].schema.shape));
  const read = Object.entries(own).filter(([key]) => known.has(key.replace(/_FILE$/, "")));
  const env = {
    ...environmentFile(`${folder}/env/common.env`),
    ...environmentFile(`${folder}/env/${name}.env`),
    ...Object.fromEntries(read),
  };
  return withFiles(env, (path) => {
    const file = basename(path).replace("secret_", `${name}-`);
    if (file === "owner-database-url") return fullSettings(`${name}-${file}`);
    return fullSettings(file.endsWith("operator-password") ? "operator-password" : file);
  });
}
