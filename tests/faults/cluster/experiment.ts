import { type ClusterCase, clusterCases } from "./cases.ts";
import { openClusterWorld } from "./cluster-world.ts";
import { runTrial, type Trial } from "./trial.ts";

export interface ClusterFigures {
  /** A row a case: name, quorum, moved, how many within the limit, caught up, orders, lost. */
  readonly rows: readonly (readonly string[])[];
  /** Nothing was lost, and nine trials in ten moved in time, in every case. */
  readonly held: boolean;
}

/** What is asked of nine trials in ten. */
const movedMaxMs = 5_000;

/**
 * Three brokers, ten orders a second. Each case troubles the cluster so many times, and each time
 * it is measured how long after every stream and durable had a leader again an order was confirmed
 * that was placed then, and when all that had waited were decided.
 */
export async function clusterExperiment({
  trials,
  named,
}: {
  readonly trials: number;
  readonly named: string;
}): Promise<ClusterFigures> {
  const rows: (readonly string[])[] = [];
  let held = true;
  for (const each of casesNamed(named)) {
    const done = await runTrials(each, trials);
    const quick = done.filter(({ movedMs }) => movedMs <= movedMaxMs).length;
    const broken = done.flatMap((trial) => trial.broken);
    for (const text of broken) console.log(`broken: ${text}`);
    held &&= quick >= Math.floor(trials * 0.9) && broken.length === 0;
    rows.push(rowOf(each.name, done, quick));
  }
  return { rows, held: held && rows.length > 0 };
}

/** The one of exactly that name, or all whose names contain it. */
function casesNamed(named: string): readonly ClusterCase[] {
  const exact = clusterCases.filter(({ name }) => name === named);
  return exact.length > 0 ? exact : clusterCases.filter(({ name }) => name.includes(named));
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

function rowOf(name: string, trials: readonly Trial[], quick: number): readonly string[] {
  const [quorum, moved, caughtUp] = (["quorumMs", "movedMs", "caughtUpMs"] as const).map((field) =>
    trials.map((trial) => trial[field]).toSorted((a, b) => a - b),
  );
  const orders = trials.reduce((sum, trial) => sum + trial.orders, 0);
  const lost = trials.reduce((sum, trial) => sum + trial.broken.length, 0);
  return [
    name,
    seconds(median(quorum)),
    `${seconds(median(moved))}, ${seconds(moved?.at(-1))}`,
    `${quick} of ${trials.length}`,
    seconds(caughtUp?.at(-1)),
    String(orders),
    String(lost),
  ];
}

function median(sorted: readonly number[] = []): number | undefined {
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function seconds(ms = 0): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
