import type { Command } from "commander";
import { databaseIn } from "../backup/service-databases.ts";
import { hostsOf } from "../broker.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import type { Run } from "../program.ts";
import { repository, serviceNames } from "../targets.ts";

/** Brings the databases and streams of the services up to date, as a deployment does. */
export function migrateCommand(program: Command, run: Run): void {
  program
    .command("migrate")
    .option("--dry-run", "say what would be run, and run nothing")
    .description("run every service's own migration on its database in the server of DATABASE_URL")
    .action(run((context, flags: { dryRun?: boolean }) => migrate(context, flags)));
}

async function migrate({ targets, out }: Context, { dryRun = false }): Promise<void> {
  const { databaseUrl, natsUrl } = targets;
  if (databaseUrl === undefined) {
    throw new Failure("usage", "nobody said where the database server is", {
      next: "DATABASE_URL=postgres://… qb migrate",
    });
  }
  const plans = serviceNames.map((service) => ({
    service,
    program: `services/${service}/main.ts`,
    url: databaseIn(databaseUrl, service),
  }));
  if (dryRun) {
    out.data({
      wouldRun: plans.map(({ service, program, url }) => ({
        service,
        command: `bun ${program} migrate`,
        database: hostsOf(url),
      })),
    });
    for (const { program, url } of plans)
      out.say(`Would run bun ${program} migrate on ${hostsOf(url)}`);
    return;
  }
  for (const { service, program, url } of plans) {
    out.say(out.colours.bold(service));
    const child = Bun.spawn([process.execPath, program, "migrate"], {
      cwd: repository,
      env: { ...process.env, DATABASE_URL: url, NATS_URL: natsUrl },
      stdout: out.json ? "ignore" : "inherit",
      stderr: "inherit",
    });
    const code = await child.exited;
    out.data({ service, code });
    if (code === 0) continue;
    throw new Failure("failed", `the migration of ${service} ended with ${code}`, {
      next: "qb doctor",
    });
  }
}
