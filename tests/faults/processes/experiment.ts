import { runQb } from "../../e2e/qb.ts";
import { type Customers, customersAt } from "./customers.ts";
import { type DevCluster, startDevCluster } from "./dev-cluster.ts";
import { killTrial, type Trial } from "./trial.ts";

export interface ProcessesFigures {
  /** A row a kind of process: name, back, failed, how many within the limit, decided, accepted, lost. */
  readonly rows: readonly (readonly string[])[];
  /** Nothing was lost, and nine trials in ten of each kind were short enough. */
  readonly held: boolean;
}

/** What is asked of nine trials in ten. */
const failedMaxMs = 2_000;
/** Whoever waited this long was not served. */
const patienceMs = 2_000;
/** Longer than a cluster takes to elect new leaders. */
const watchMs = 10_000;

/**
 * `bun run dev --cluster`, and ten times a second one request for each service by way of its gateway.
 * One process is killed in each trial: of each kind one after the other, of the gateway the one that
 * people know.
 */
export async function processesExperiment({
  trials,
  named,
}: {
  readonly trials: number;
  readonly named: string;
}): Promise<ProcessesFigures> {
  await using cluster = await startDevCluster();
  const customers = await customersAt(cluster.url);
  const rows: (readonly string[])[] = [];
  let held = true;
  for (const [kind, victims] of kindsOf(cluster).filter(([kind]) => kind.includes(named))) {
    const done: Trial[] = [];
    while (done.length < trials) {
      const victim = victims[done.length % victims.length] ?? kind;
      const wishes = await customers.wishes();
      const trial = await killTrial({ world: cluster, wishes, victim, patienceMs, watchMs }).catch(
        (error: unknown) => {
          console.log(cluster.output);
          throw error;
        },
      );
      done.push(trial);
      console.log(`${done.length}/${trials}: ${JSON.stringify(trial)}`);
    }
    const broken = [...done.flatMap(({ lost }) => lost), ...(await verified(cluster, customers))];
    for (const text of broken) console.log(`broken: ${text}`);
    const quick = done.filter(({ failedMs }) => failedMs < failedMaxMs).length;
    held &&= broken.length === 0 && quick >= Math.floor(trials * 0.9);
    rows.push(rowOf(kind, { done, quick, broken: broken.length }));
  }
  return { rows, held: held && rows.length > 0 };
}

/** `nats` with its three nodes, and so on: whoever is known by a number is one of several. */
function kindsOf(cluster: DevCluster): readonly (readonly [string, readonly string[]])[] {
  const kinds = new Map<string, string[]>();
  for (const name of Object.keys(cluster.state().processes)) {
    const kind = name.replace(/-\d+$/, "");
    const known = kinds.get(kind) ?? [];
    if (kind !== "web" || name === "web") known.push(name);
    kinds.set(kind, known);
  }
  return [...kinds];
}

/** What `qb verify` has to say against it, from the first message on. */
async function verified(cluster: DevCluster, customers: Customers): Promise<readonly string[]> {
  const { services, natsUrl, databaseUrl } = cluster.state();
  const urls = Object.entries(services).map(([name, { url }]) => [
    `${name.toUpperCase()}_URL`,
    url,
  ]);
  const { code, out, error } = await runQb(["verify", "--full", "--wait", "120"], {
    ...Object.fromEntries(urls),
    NATS_URL: natsUrl,
    DATABASE_URL: databaseUrl,
    QB_TOKEN: await customers.operatorToken(),
  });
  return code === 0 ? [] : [`qb verify: ${out}\n${error}`];
}

function rowOf(
  kind: string,
  {
    done,
    quick,
    broken,
  }: { readonly done: readonly Trial[]; readonly quick: number; readonly broken: number },
): readonly string[] {
  const [back, failed, decided] = (["backMs", "failedMs", "decidedMs"] as const).map((field) =>
    medianAndWorst(done.map((trial) => trial[field])),
  );
  return [
    kind,
    back ?? "",
    failed ?? "",
    `${quick} of ${done.length}`,
    decided ?? "",
    String(done.reduce((sum, { accepted }) => sum + accepted, 0)),
    String(broken),
  ];
}

function medianAndWorst(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return `${seconds(median)}, ${seconds(sorted.at(-1))}`;
}

function seconds(ms = 0): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
