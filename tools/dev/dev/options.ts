import { Command, InvalidArgumentError, Option } from "commander";
import { type Level, levels } from "./log-level.ts";

export interface DevOptions {
  /** Makes the demo's dishes and orders. */
  readonly demo: boolean;
  /** Begins with empty servers. */
  readonly fresh: boolean;
  /** Runs on servers of its own that are forgotten at the end. */
  readonly ephemeral: boolean;
  /** How many processes of each service. */
  readonly replicas: number;
  /** How many nodes of nats-server, each of which keeps every message. */
  readonly brokers: number;
  /** Keeps running when any one process is killed, as far as one machine can. */
  readonly cluster: boolean;
  /** Ends as soon as everything was ready, with plain output. */
  readonly ci: boolean;
  readonly color: boolean;
  /** The least level that is shown. */
  readonly logs: Level;
}

const REPLICAS_MAX = 8;
const CLUSTER = { replicas: 2, brokers: 3 };

const EXAMPLES = `
Examples:
  bun run dev                        everything, with demo data that lasts
  bun run dev --fresh --no-demo      empty: the first order is number 1
  bun run dev --ephemeral            beside another run, forgotten at the end
  bun run dev --replicas 3           three of each service on one database
  bun run dev --cluster              three nodes of NATS, two of each service; kill -9 what you like
  bun run dev --logs debug           everything the services have to say
  bun run dev --ci --ephemeral       a smoke test: exits 0 once all was ready
  DATABASE_URL=postgres://me@127.0.0.1/postgres NATS_URL=nats://127.0.0.1 bun run dev
                                     on servers of yours: makes quickbite_* and the streams

Ctrl-C stops everything in order and exits 0; a second one kills and exits 130.
The exit code is 1 when the run could not start, 2 for a wrong flag.
Other settings of the services (docs/configuration.md) are taken from the environment.`;

/** Reads the flags; for `--help` and a wrong flag it has its say and ends the process. */
export function readOptions(args: readonly string[]): DevOptions {
  const command = new Command("bun run dev")
    .description("Runs QuickBite on this machine: Postgres, NATS, the services and demo data.")
    .option("--no-demo", "leave out the demo data")
    .option("--fresh", "wipe the data of earlier runs first")
    .option("--ephemeral", "use new servers and forget them at the end")
    .option(
      "--replicas <n>",
      `how many of each service, up to ${REPLICAS_MAX} (default: 1, with --cluster ${CLUSTER.replicas})`,
      replicas,
    )
    .option(
      "--cluster",
      `${CLUSTER.brokers} nodes of NATS that each keep every message, and replicas; data of its own`,
      false,
    )
    .option("--ci", "plain output; stop and exit 0 as soon as everything was ready", false)
    .addOption(
      new Option("--logs <level>", "the least level of log lines to show")
        .choices(levels)
        .default("info"),
    )
    .option("--no-color", "no colours (as NO_COLOR does)")
    .addHelpText("after", EXAMPLES)
    .allowExcessArguments(false)
    .showHelpAfterError("(bun run dev --help shows every flag)")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  const {
    fresh = false,
    ephemeral = false,
    replicas: wanted,
    ...given
  } = command.parse(args, { from: "user" }).opts<Flags>();
  const brokers = given.cluster ? CLUSTER.brokers : 1;
  const count = wanted ?? (given.cluster ? CLUSTER.replicas : 1);
  return { fresh, ephemeral, brokers, replicas: count, ...given };
}

/** What may be left out, by what was given. */
type Flags = Omit<DevOptions, "replicas" | "brokers"> & { readonly replicas?: number };

function replicas(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= REPLICAS_MAX) return count;
  throw new InvalidArgumentError(`must be a whole number from 1 to ${REPLICAS_MAX}`);
}
