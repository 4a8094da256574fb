import { type Command, InvalidArgumentError, Option } from "commander";
import { restoreBackup } from "../backup/restore-backup.ts";
import { planRestore, type RestorePlan } from "../backup/restore-plan.ts";
import { serviceDatabases } from "../backup/service-databases.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { wholeNumber } from "../options.ts";
import type { Run } from "../program.ts";

interface RestoreFlags {
  readonly streams?: string;
  readonly only?: "databases" | "streams";
  readonly replace?: boolean;
  readonly skipIds?: bigint;
  readonly replicas?: number;
  readonly lost: string;
  readonly dryRun?: boolean;
}

const ids = (text: string) => {
  if (/^\d{1,15}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("It must be a whole number.");
};

/** Puts a backup in the place of what is there. */
export function restoreCommand(program: Command, run: Run): void {
  program
    .command("restore")
    .argument("<folder>", "of a backup")
    .addOption(
      new Option("--only <part>", "leave the other part as it is").choices([
        "databases",
        "streams",
      ]),
    )
    .option("--streams <folder>", "take the streams from another backup")
    .option("--replace", "also where something is there, which is lost")
    .option("--skip-ids <count>", "do not give so many ids; 10 000 for each second since", ids)
    .option("--replicas <count>", "copies of each message, where not as before", wholeNumber(1, 5))
    .option("--lost <file>", "keep what is taken out of streams there", "lost-messages.jsonl")
    .option("--dry-run", "check everything, say what would be replaced, and replace nothing")
    .description("put a backup back, into databases that nobody is connected to")
    .action(run((context, flags: RestoreFlags, folder) => restore(context, flags, folder ?? "")));
}

async function restore(
  { targets, out }: Context,
  { streams, only, replace = false, skipIds, replicas, lost, dryRun = false }: RestoreFlags,
  folder: string,
): Promise<void> {
  const { natsUrl, databaseUrl } = targets;
  const wish = { folder, streamsFolder: streams, only, skipIds, replicas, lostFile: lost };
  const system = {
    natsUrl,
    targets: only === "streams" ? [] : serviceDatabases(databaseUrl),
  };
  const onProgress = (text: string) => out.status(text);
  const plan = await planRestore(wish, system, onProgress);
  out.status("");
  for (const warning of plan.warnings) out.say(out.colours.yellow(`Mind: ${warning}.`));
  if (dryRun) return tellPlan(out, plan);
  if (plan.replaced.length > 0 && !replace) {
    throw new Failure("refused", `this would replace ${plan.replaced.join("; ")}`, {
      next: `qb restore ${folder} --replace, once nobody needs that any more`,
    });
  }

  const restored = await restoreBackup(plan, natsUrl, onProgress);
  out.status("");
  out.data({ ...restored, lostFile: restored.lost > 0 ? lost : null, warnings: plan.warnings });
  for (const { service, rows } of restored.databases) out.say(`${service}: ${rows} rows`);
  for (const { name, messages } of restored.streams) out.say(`${name}: ${messages} messages`);
  if (restored.lost > 0)
    out.say(
      `${restored.lost} messages of after the backup are out of the streams, and in ${lost}.`,
    );
  const what = plan.replacesDatabases
    ? `the databases as of ${plan.databases.manifest.cutAt}`
    : "the streams";
  out.say(out.colours.green(`\nRestored ${what}.`));
  out.say("Try next: start the services, then qb verify --wait");
}

function tellPlan(out: Context["out"], { replaced, cuts, databases, warnings }: RestorePlan): void {
  const { cutAt } = databases.manifest;
  out.data({ wouldReplace: replaced, takesStreamsBack: cuts, cutAt, warnings });
  for (const what of replaced) out.say(`Would replace ${what}`);
  if (cuts) out.say(`Would take out of the streams what was published after ${cutAt}`);
  if (replaced.length === 0) out.say("Nothing is there that would be replaced.");
}
