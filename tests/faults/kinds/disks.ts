import { cp, rm } from "node:fs/promises";
import { smallDiskProblem } from "@app/dev/infrastructure/small-disk.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { Fault } from "../fault.ts";
import type { FaultWorld } from "../world.ts";

const HELD_MAX_MS = 4_000;
const NOTICED_WITHIN_MS = 8_000;
const RESTART_DEADLINE_MS = 30_000;

const unavailable = async () => smallDiskProblem();

/** The broker finds no room: messages wait in the outbox, and readiness says that the canary is dead. */
const brokerDiskFull: Fault = {
  name: "broker disk full",
  group: "C",
  nodes: 1,
  points: ["broker disk full", "canary failed"],
  unavailable,
  async inflict(world, random) {
    const disk = world.disks?.nats;
    if (!disk) return;
    disk.fill();
    world.reached("broker disk full");
    try {
      const noticed = await world.until(() => anyCanaryFails(world), NOTICED_WITHIN_MS);
      if (noticed) world.reached("canary failed");
      await world.hold(random.between(200, HELD_MAX_MS));
    } finally {
      disk.free();
    }
    // nats-server remembers a write error until it is restarted, also when there is room again.
    const [node] = world.nats;
    await node?.exclusively(() => node.restart());
  },
};

async function anyCanaryFails({ replicas }: FaultWorld): Promise<boolean> {
  const answers = await Promise.all(
    replicas.map(async ({ directUrl }): Promise<Readiness> => {
      return (await fetch(`${directUrl}/readyz`)).json() as Promise<Readiness>;
    }),
  );
  return answers.some(({ checks }) => checks?.canary?.status === "failed");
}

interface Readiness {
  readonly checks?: Readonly<Record<string, { readonly status: string }>>;
}

/** Postgres finds no room: statements fail, and it may go down over its log and not come up before there is some. */
const databaseDiskFull: Fault = {
  name: "database disk full",
  group: "C",
  nodes: 1,
  points: ["database disk full"],
  unavailable,
  async inflict(world, random) {
    const disk = world.disks?.postgres;
    if (!disk) return;
    disk.fill();
    world.reached("database disk full");
    await world.hold(random.between(500, HELD_MAX_MS));
    disk.free();
    const answers = async () => {
      if (!(await isRunning(world))) await world.postgres.restart();
      await world.sql.orders`select 1`;
    };
    await eventually(answers, { deadlineMs: RESTART_DEADLINE_MS, everyMs: 200 });
  },
};

/** Whether the server still runs: it ends for good when it cannot write its log. */
async function isRunning({ postgres }: FaultWorld): Promise<boolean> {
  const ended = postgres.exited.then(() => false);
  return Promise.race([ended, Bun.sleep(0).then(() => true)]);
}

export const fullDisks: readonly Fault[] = [brokerDiskFull, databaseDiskFull];

/**
 * Power is lost before the broker's last seconds were on disk, which is simulated by an older copy
 * of its store: it has forgotten messages and acknowledgements that it had confirmed.
 */
export const powerCut: Fault = {
  name: "power cut",
  group: "C",
  nodes: 1,
  points: ["older store put back"],
  async inflict(world, random) {
    const [node] = world.nats;
    if (!node) return;
    const store = world.disks?.nats.outside ?? node.storeDirectory;
    const copy = `${node.storeDirectory}.copy`;
    await node.exclusively(async () => {
      await node.stop();
      await cp(store, copy, { recursive: true });
      await node.restart();
      await world.hold(random.between(500, HELD_MAX_MS));
      await node.kill();
      await rm(`${store}/jetstream`, { recursive: true, force: true });
      const putBack = () => cp(copy, store, { recursive: true });
      // The disk may be one that is full for a while.
      await eventually(putBack, { deadlineMs: RESTART_DEADLINE_MS, everyMs: 200 });
      await rm(copy, { recursive: true });
      await node.restart();
    });
    world.reached("older store put back");
  },
};
