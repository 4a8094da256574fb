import { writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { CrashPointName } from "@app/platform/crash-point.ts";
import type { Fault, SeededRandom } from "../fault.ts";
import type { HandlerOrders } from "../programs/faulty-handlers.ts";
import type { Replica, ServiceName } from "../replica.ts";
import type { FaultWorld } from "../world.ts";

/** What must go on so that a process arrives at a point; nothing where the load alone does. */
export type Provocation = (world: FaultWorld, provoked: Provoked) => Promise<void>;

export interface Provoked {
  readonly service: ServiceName;
  readonly random: SeededRandom;
  /** Whether a process has died at the point: nothing more is to be done then. */
  readonly crashed: () => boolean;
}

const UP_DEADLINE_MS = 15_000;
const CRASH_DEADLINE_MS = 15_000;
const ARRIVALS_MAX = 6;

/** Both processes of a service kill themselves at the n-th arrival at a point. */
export function crashAt(
  point: CrashPointName,
  {
    services = ["orders", "inventory"],
    arrivalsMax = ARRIVALS_MAX,
    provoke = async () => undefined,
  }: {
    readonly services?: readonly ServiceName[];
    readonly arrivalsMax?: number;
    readonly provoke?: Provocation;
  } = {},
): Fault {
  return {
    name: `crash ${point}`,
    group: "A",
    points: [point],
    alone: true,
    async inflict(world, random) {
      const service = random.pick(services);
      const victims = world.replicas.filter((replica) => replica.service === service);
      const crashes = () => victims.reduce((sum, each) => sum + each.crashes(point), 0);
      const before = crashes();
      const crashed = () => crashes() > before;
      await Promise.all(
        victims.map((victim) =>
          victim.exclusively(() => victim.rearm(point, random.between(1, arrivalsMax))),
        ),
      );

      // A process that still starts arrives nowhere.
      await world.until(async () => crashed() || (await areUp(victims)), UP_DEADLINE_MS);
      await provoke(world, { service, random, crashed });
      await world.until(crashed, CRASH_DEADLINE_MS);
      await rm(world.handlerOrders, { force: true });
      for (const victim of victims) await victim.exclusively(() => victim.disarm());
      for (let count = before; count < crashes(); count += 1) world.reached(point);
    },
  };
}

async function areUp(replicas: readonly Replica[]): Promise<boolean> {
  const answers = await Promise.all(replicas.map(({ directUrl }) => fetch(`${directUrl}/livez`)));
  return answers.every(({ ok }) => ok);
}

/** Handlers of some keys throw, thrice so that the lane worker takes over, or until they are dead. */
export function failHandlers({ handlerOrders }: FaultWorld, orders: HandlerOrders): void {
  writeFileSync(handlerOrders, JSON.stringify(orders));
}
