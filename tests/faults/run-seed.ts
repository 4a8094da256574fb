import { isAway } from "./away.ts";
import { lostMessages } from "./checks/lost-messages.ts";
import { violations } from "./checks/verdict.ts";
import type { Fault } from "./fault.ts";
import { type OpenWorld, openWorld, type WorldOptions } from "./open-world.ts";
import { seededRandom } from "./seeded-random.ts";
import { settle } from "./settle.ts";

export interface SeedOptions extends Pick<WorldOptions, "stack" | "directory" | "bunArguments"> {
  readonly seed: number;
  /** Each is inflicted once at least, in an order that the seed decides. */
  readonly faults: readonly Fault[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Aborted, the run heals, checks nothing more and ends. */
  readonly signal?: AbortSignal;
}

export interface SeedResult {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly violations: readonly string[];
  /** How often each fault point was reached. */
  readonly points: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly acts: number;
  readonly seconds: number;
  readonly timeline: readonly string[];
}

/** So that the first fault finds orders in every state. */
const WARM_ACTS = 40;
const WARM_DEADLINE_MS = 4_000;
const INFLICT_DEADLINE_MS = 120_000;
const FINISH_DEADLINE_MS = 30_000;

/**
 * One run: a fresh system under load, the faults one or two at a time with quiet between them,
 * then everything is healed, the system settles, and every promise is checked. What stops the run
 * itself, such as a server that is away for good, is a violation like any other.
 */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const startedAt = performance.now();
  const timeline: string[] = [];
  const note = (text: string) => {
    timeline.push(`${((performance.now() - startedAt) / 1_000).toFixed(2)} s  ${text}`);
  };
  const found: string[] = [];
  let world: OpenWorld | undefined;

  try {
    await using opened = await openWorld({
      ...options,
      environment: options.environment ?? {},
      random: seededRandom(options.seed),
      onNote: note,
    });
    world = opened;
    note("all are ready");
    found.push(...(await runIn(opened, options)));
  } catch (error) {
    found.push(...toldBy(error));
  }
  note(found.length === 0 ? "every promise was kept" : `${found.length} violations`);
  return {
    seed: options.seed,
    faults: options.faults.map(({ name }) => name),
    violations: found,
    points: Object.fromEntries(world?.points ?? []),
    orders: world?.workload.orders.size ?? 0,
    acts: world?.workload.acts ?? 0,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    timeline,
  };
}

async function runIn(world: OpenWorld, options: SeedOptions): Promise<readonly string[]> {
  options.signal?.addEventListener("abort", () => void world.heal().catch(() => undefined));
  await world.until(() => world.workload.acts >= WARM_ACTS, WARM_DEADLINE_MS);
  await inflictAll(world, options);
  world.note("healing");
  await world.heal();
  world.note("healed");
  await world.workload.finish(FINISH_DEADLINE_MS);
  await settle(world);
  // What a fault took from a stream last is noticed by now, and on its way again.
  await lostMessages(world);
  await settle(world);
  world.note("settled");
  return [...(await violations(world)), ...(await stopAll(world))];
}

/** What went wrong first, and what then went wrong as the world was put away. */
function toldBy(error: unknown): readonly string[] {
  if (error instanceof SuppressedError)
    return [...toldBy(error.suppressed), ...toldBy(error.error)];
  return [error instanceof Error ? error.message : String(error)];
}

/** The faults in the seed's order; some begin while the one before still holds. */
async function inflictAll(world: OpenWorld, { seed, faults, signal }: SeedOptions): Promise<void> {
  const random = seededRandom(seed).fork("schedule");
  const inHand: Promise<void>[] = [];
  for (const fault of random.shuffled(faults)) {
    if (signal?.aborted) break;
    world.note(`${fault.group} ${fault.name}`);
    const inflicted = within(fault, fault.inflict(world, random.fork(fault.name))).then(
      () => world.note(`${fault.group} ${fault.name} is over`),
      (error) => {
        if (!isAway(error)) throw error;
        world.note(`${fault.group} ${fault.name} came too late: ${error.message}`);
      },
    );
    // Whoever awaits all of them sees it.
    inflicted.catch(() => undefined);
    inHand.push(inflicted);
    if (!fault.alone && random.chance(30)) await world.hold(random.between(100, 600));
    else {
      await inflicted;
      await world.hold(random.between(100, 400));
    }
  }
  await Promise.all(inHand);
}

async function within(fault: Fault, inflicted: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the fault "${fault.name}" did not end`)),
      INFLICT_DEADLINE_MS,
    );
  });
  await Promise.race([inflicted, late]).finally(() => clearTimeout(timer));
}

/** Everybody leaves when told to, and leaves nothing open. */
async function stopAll(world: OpenWorld): Promise<string[]> {
  const ends = await Promise.all(world.replicas.map((replica) => replica.stop()));
  return ends.flatMap((end, index) =>
    end === "0" ? [] : [`${world.replicas[index]?.name} ended with ${end} when told to stop`],
  );
}
