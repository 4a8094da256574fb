import { writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { CrashPointName } from "@app/platform/crash-point.ts";
import { call } from "../calls.ts";
import type { Fault, SeededRandom } from "../fault.ts";
import { jetStreamApi } from "../jetstream-api.ts";
import type { HandlerOrders } from "../programs/faulty-handlers.ts";
import type { Replica, ServiceName } from "../replica.ts";
import type { FaultWorld } from "../world.ts";

/** What must go on so that a process arrives at a point; nothing where the load alone does. */
type Provocation = (world: FaultWorld, service: ServiceName, random: SeededRandom) => Promise<void>;

const UP_DEADLINE_MS = 15_000;
const CRASH_DEADLINE_MS = 6_000;
const ARRIVALS_MAX = 6;

/** Both processes of a service kill themselves at the n-th arrival at a point. */
function crashAt(
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
    async inflict(world, random) {
      const service = random.pick(services);
      const victims = world.replicas.filter((replica) => replica.service === service);
      const crashes = () => victims.reduce((sum, each) => sum + each.crashes(point), 0);
      const before = crashes();
      for (const victim of victims)
        await victim.exclusively(() => victim.rearm(point, random.between(1, arrivalsMax)));

      // A process that still starts arrives nowhere.
      const up = async () => crashes() > before || (await areUp(victims));
      await world.until(up, UP_DEADLINE_MS);
      await provoke(world, service, random);
      await world.until(() => crashes() > before, CRASH_DEADLINE_MS);
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
function failHandlers({ handlerOrders }: FaultWorld, orders: HandlerOrders): void {
  writeFileSync(handlerOrders, JSON.stringify(orders));
}

const intoTheLaneWorker: Provocation = async (world) =>
  failHandlers(world, { does: "throw", oneIn: 4, times: 3 });

/** Some messages become dead letters, and then somebody redrives them again and again. */
const redriven: Provocation = async (world, service) => {
  failHandlers(world, { does: "throw", oneIn: 4, times: 100 });
  const letters = async () => {
    const rows = await world.sql[service]<{ id: number }[]>`
      select id::int from dead_letters where state = 'dead' and reason = 'attempts_used' order by id`;
    return rows.map(({ id }) => id);
  };
  await world.until(async () => (await letters()).length > 0, CRASH_DEADLINE_MS);
  await rm(world.handlerOrders, { force: true });
  for (const replica of world.replicas.filter((each) => each.service === service))
    for (const id of await letters())
      await call(replica.directUrl, {
        method: "POST",
        path: `/ops/v1/dead-letters/${id}/redrive`,
        body: {},
        // The process dies with the call in hand.
      }).catch(() => undefined);
};

/** Takes messages out of the stream, which the relay must notice and repair. */
const forgotten: Provocation = async (world, service) => {
  const stream = service === "orders" ? "ORDERS" : "INVENTORY";
  const state = await world.broker.streamState(stream);
  for (let back = 0; back < FORGOTTEN && state && state.lastSequence > back; back += 1)
    await jetStreamApi(world.broker, `STREAM.MSG.DELETE.${stream}`, {
      seq: state.lastSequence - back,
      // It may be gone already.
    }).catch(() => undefined);
};

const FORGOTTEN = 3;

export const crashes: readonly Fault[] = [
  crashAt("request.after-commit-before-reply", { services: ["orders"] }),
  crashAt("relay.after-read-before-publish"),
  crashAt("relay.after-ack-before-finish"),
  crashAt("relay.after-finish"),
  crashAt("relay.mid-repair", { arrivalsMax: 1, provoke: forgotten }),
  crashAt("consumer.after-fetch-before-transaction"),
  crashAt("consumer.in-transaction-before-commit"),
  crashAt("consumer.after-commit-before-ack"),
  crashAt("consumer.mid-batch"),
  crashAt("lane-worker.before-commit", { arrivalsMax: 2, provoke: intoTheLaneWorker }),
  crashAt("lane-worker.after-commit", { arrivalsMax: 2, provoke: intoTheLaneWorker }),
  crashAt("redrive.before-commit", { arrivalsMax: 1, provoke: redriven }),
  crashAt("redrive.after-commit", { arrivalsMax: 1, provoke: redriven }),
];
