import {
  applyTopology,
  planTopology,
  type TopologyChange,
  TopologyError,
} from "@app/platform/messaging/topology.ts";
import { type Command, InvalidArgumentError } from "commander";
import { withBroker } from "../broker.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import type { Run } from "../program.ts";
import { streamsOf } from "../streams-of.ts";

interface TopologyFlags {
  readonly replicas: number;
  readonly destructive?: boolean;
  readonly dryRun?: boolean;
}

const replicasMax = 5;
const replicas = (text: string) => {
  const count = /^\d$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > replicasMax) throw new InvalidArgumentError("It must be 1 to 5.");
  return count;
};

/** The streams and durables as the contracts declare them, held against the broker's. */
export function topologyCommands(program: Command, run: Run): void {
  const topology = program.command("topology").description("streams and durables of the broker");

  topology
    .command("plan")
    .description("show how the broker differs from what is declared")
    .option("--replicas <count>", "copies of each message in a cluster", replicas, 1)
    .action(run((context, flags: TopologyFlags) => plan(context, flags)));

  topology
    .command("apply")
    .description("make the broker as declared; nothing is deleted that is not declared")
    .option("--replicas <count>", "copies of each message in a cluster", replicas, 1)
    .option("--destructive", "also what loses messages or progress, such as room given by hand")
    .option("--dry-run", "the same as plan")
    .action(
      run((context, flags: TopologyFlags) =>
        flags.dryRun ? plan(context, flags) : apply(context, flags),
      ),
    );
}

async function plan(
  { targets, out }: Context,
  { replicas, destructive = false }: TopologyFlags,
): Promise<void> {
  const changes = await withBroker(targets.natsUrl, (nc) =>
    planTopology(nc, streamsOf(targets), { replicas, destructive }),
  );
  out.data({ changes });
  if (changes.length === 0) return out.say("The broker is as declared.");
  show(out, changes);
  const flag = changes.some(({ destructive }) => destructive) ? " --destructive" : "";
  out.say(`\nTry next: qb topology apply${flag}`);
}

async function apply(
  { targets, out }: Context,
  { replicas, destructive = false }: TopologyFlags,
): Promise<void> {
  try {
    const changes = await withBroker(targets.natsUrl, (nc) =>
      applyTopology(nc, streamsOf(targets), { replicas, destructive }),
    );
    out.data({ applied: changes });
    if (changes.length === 0) return out.say("The broker is as declared; nothing was changed.");
    show(out, changes);
    out.say(out.colours.green(`\nApplied ${changes.length} changes.`));
  } catch (cause) {
    if (!(cause instanceof TopologyError)) throw cause;
    throw new Failure("refused", cause.message, { cause, next: "qb topology plan" });
  }
}

function show(out: Context["out"], changes: readonly TopologyChange[]): void {
  const signs = { create: "+", update: "~", delete: "-" } as const;
  for (const { action, kind, name, differences, destructive } of changes) {
    const loss = destructive ? out.colours.red("  loses messages or progress") : "";
    out.say(`${signs[action]} ${kind} ${name}${loss}`);
    if (action === "create") continue;
    for (const { field, actual, declared } of differences)
      out.say(`    ${field}: ${JSON.stringify(actual)} -> ${JSON.stringify(declared)}`);
  }
}
