import { type Command, Option } from "commander";
import { databasesOf, nameOf, serviceDatabases } from "../backup/service-databases.ts";
import { takeBackup } from "../backup/take-backup.ts";
import { hostsOf } from "../broker.ts";
import type { Context } from "../context.ts";
import type { Run } from "../program.ts";
import { type ServiceName, serviceNames } from "../targets.ts";

interface BackupFlags {
  readonly services: readonly ServiceName[];
  readonly dryRun?: boolean;
}

const where = `
The databases are those that ORDERS_DATABASE_URL, INVENTORY_DATABASE_URL and so on name, as their owners
see them; with _FILE behind a name, the file that holds the URL. Where none is named: the database of
every service in the server of DATABASE_URL, else in that of the dev run. Where some are named and others
are not, nothing is backed up, unless --services says which are wanted.

The services go on meanwhile. The folder holds people's data and the hashes of passwords, and no keys:
those that open the signing keys are yours to keep.`;

/** All databases as of one moment, and the streams. */
export function backupCommand(program: Command, run: Run): void {
  program
    .command("backup")
    .argument("<folder>", "to be made, or empty")
    .addOption(
      new Option("--services <names...>", "of these alone")
        .choices(serviceNames)
        .default(serviceNames, "all"),
    )
    .option("--dry-run", "say what would be backed up, and back nothing up")
    .description("back up every database as of one moment, and every stream with its durables")
    .addHelpText("after", where)
    .action(run((context, flags: BackupFlags, folder) => backup(context, flags, folder ?? "")));
}

async function backup(
  { targets, out }: Context,
  { services, dryRun = false }: BackupFlags,
  folder: string,
): Promise<void> {
  const databases = databasesOf(services, serviceDatabases(targets.databaseUrl));
  const { natsUrl } = targets;
  if (dryRun) {
    const named = databases.map(nameOf);
    out.data({ wouldBackUp: { databases: named, streams: hostsOf(natsUrl), folder } });
    for (const name of named) out.say(`Would back up the database of ${name}`);
    return out.say(`Would back up their streams at ${hostsOf(natsUrl)}, all to ${folder}`);
  }
  const onProgress = (text: string) => out.status(text);
  const manifest = await takeBackup({ databases, natsUrl, folder, onProgress });
  out.status("");
  const taken = [
    ...manifest.databases.map(({ service, tables }) => ({
      what: `database of ${service}`,
      holds: tables.reduce((sum, { rows }) => sum + rows, 0),
      bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    })),
    ...manifest.streams.map(({ name, messages, bytes }) => ({
      what: `stream ${name}`,
      holds: messages,
      bytes,
    })),
  ];
  out.data({ folder, cutAt: manifest.cutAt, streamsAt: manifest.streamsAt, taken });
  out.table(
    [
      { title: "WHAT", value: ({ what }) => what },
      { title: "ROWS OR MESSAGES", value: ({ holds }) => holds },
      { title: "BYTES", value: ({ bytes }) => bytes },
    ],
    taken,
  );
  out.say(out.colours.green(`\nBacked up to ${folder}, the databases as of ${manifest.cutAt}.`));
  out.say("Keep it away from this machine, and the keys that open it away from it.");
}
