import { parseArgs } from "node:util";
import { type ClusterCase, clusterCases } from "./cases.ts";
import { openClusterWorld } from "./cluster-world.ts";
import { runTrial, type Trial } from "./trial.ts";

const usage = `bun tests/faults/cluster/experiment.ts [--trials N] [--case TEXT]

Three brokers, ten orders a second. Each case troubles the cluster N times (10), and each time measures how long
after every stream and durable had a leader again an order was confirmed that was placed then, and
when all that had waited were decided. Exits 0 when no accepted order was lost and, in each
case, nine of ten trials moved within 5 s.`;

/** What is asked of nine trials in ten. */
const movedMaxMs = 5_000;

const header = `| case | quorum after | moved after the quorum: median, worst | within 5 s | all caught up: worst | orders | lost |
|---|---|---|---|---|---|---|`;

if (import.meta.main) process.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      trials: { type: "string", default: "10" },
      case: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  const trials = Number(values.trials);
  const chosen = clusterCases.filter(({ name }) => name.includes(values.case));
  if (values.help || chosen.length === 0 || !(trials >= 1 && trials <= 1_000)) {
    console.log(usage);
    return values.help ? 0 : 2;
  }

  const lines: string[] = [];
  let failed = 0;
  for (const each of chosen) {
    const done = await runTrials(each, trials);
    const quick = done.filter(({ movedMs }) => movedMs <= movedMaxMs).length;
    const broken = done.flatMap((trial) => trial.broken);
    if (quick < Math.floor(trials * 0.9) || broken.length > 0) failed += 1;
    lines.push(row(each.name, done, quick));
    for (const text of broken) console.log(`broken: ${text}`);
  }
  console.log(["", header, ...lines].join("\n"));
  return failed === 0 ? 0 : 1;
}

/** The trials of one case share a cluster: each begins where the one before has healed. */
async function runTrials(each: ClusterCase, count: number): Promise<readonly Trial[]> {
  await using world = await openClusterWorld();
  const done: Trial[] = [];
  while (done.length < count) {
    const trial = await runTrial(world, each);
    done.push(trial);
    console.log(`${each.name} ${done.length}/${count}: ${JSON.stringify(trial)}`);
  }
  return done;
}

function row(name: string, trials: readonly Trial[], quick: number): string {
  const [quorum, moved, caughtUp] = (["quorumMs", "movedMs", "caughtUpMs"] as const).map((field) =>
    trials.map((trial) => trial[field]).toSorted((a, b) => a - b),
  );
  const orders = trials.reduce((sum, trial) => sum + trial.orders, 0);
  const lost = trials.reduce((sum, trial) => sum + trial.broken.length, 0);
  const cells = [
    name,
    seconds(median(quorum)),
    `${seconds(median(moved))}, ${seconds(moved?.at(-1))}`,
    `${quick} of ${trials.length}`,
    seconds(caughtUp?.at(-1)),
    orders,
    lost,
  ];
  return `| ${cells.join(" | ")} |`;
}

function median(sorted: readonly number[] = []): number | undefined {
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function seconds(ms = 0): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
