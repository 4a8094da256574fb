import { eventually } from "@app/platform/testing/eventually.ts";
import { observe } from "@app/platform/testing/quorum.ts";
import { brokenPromises, type Evidence, settled } from "../../e2e/promises.ts";
import { type ClusterCase, wholeAgain } from "./cases.ts";
import { type ClusterWorld, dish } from "./cluster-world.ts";

/** How one trial went. */
export interface Trial {
  /** From the trouble until every stream and durable had a leader. */
  readonly quorumMs: number;
  /** From then until an order that was placed after it was confirmed: relay and consumers move. */
  readonly movedMs: number;
  /** From then until every order that had been placed before it was decided. */
  readonly caughtUpMs: number;
  readonly orders: number;
  /** What was promised and is not so, once all was whole and quiet again. */
  readonly broken: readonly string[];
}

const PROBE_EVERY_MS = 100;
const QUORUM_DEADLINE_MS = 60_000;
const MOVED_DEADLINE_MS = 120_000;

/** Troubles the cluster once, under ten orders a second. */
export async function runTrial(world: ClusterWorld, { trouble }: ClusterCase): Promise<Trial> {
  const before = world.acceptedIds.size;
  const probe = startProbe(world);
  await eventually(() => probe.accepted.length >= 10, { deadlineMs: 10_000 });

  const leader = await leaderOfOrders(world);
  const troubledAt = performance.now();
  const { well, heal } = await trouble(world, leader);
  await using observer = await observe(well);
  await eventually(observer.hasQuorum, { deadlineMs: QUORUM_DEADLINE_MS, everyMs: 50 });
  const quorumAt = performance.now();
  const waiting = [...probe.accepted];

  const mark = waiting.length;
  await eventually(() => probe.accepted.length > mark, { deadlineMs: 10_000 });
  const first = probe.accepted[mark] ?? 0;
  const confirmed = async (ids: readonly number[]) => {
    const [row] = await world.sql.orders`
      select count(*)::int as pending from orders where id = any(${ids}) and status = 'PENDING'`;
    return row?.pending === 0;
  };
  const since = async (ids: readonly number[]) => {
    await eventually(() => confirmed(ids), { deadlineMs: MOVED_DEADLINE_MS, everyMs: 20 });
    return Math.round(performance.now() - quorumAt);
  };
  const [movedMs, caughtUpMs] = await Promise.all([since([first]), since(waiting)]);

  await heal();
  await probe.stop();
  await using all = await observe(world.cluster.nodes);
  await wholeAgain(all);
  await settled(world, { deadlineMs: MOVED_DEADLINE_MS });
  const orders = world.acceptedIds.size - before;
  const quorumMs = Math.round(quorumAt - troubledAt);
  return { quorumMs, movedMs, caughtUpMs, orders, broken: await brokenPromises(world as Evidence) };
}

async function leaderOfOrders(world: ClusterWorld) {
  await using observer = await observe(world.cluster.nodes);
  const name = await observer.leaderOf("ORDERS");
  const leader = world.cluster.nodes.find((node) => node.name === name);
  if (!leader) throw new Error("nobody leads ORDERS");
  return leader;
}

/** Places ten orders a second, each answered with 202, broker or not. */
function startProbe(world: ClusterWorld) {
  const accepted: number[] = [];
  const stop = new AbortController();
  const running = (async () => {
    const underWay = new Set<Promise<void>>();
    while (!stop.signal.aborted) {
      const one = world
        .accepted({ userId: "probe", sku: dish, quantity: 1 })
        .then((id) => void accepted.push(id));
      underWay.add(one);
      one.then(
        () => underWay.delete(one),
        () => undefined,
      );
      await Bun.sleep(PROBE_EVERY_MS);
    }
    await Promise.all(underWay);
  })();
  running.catch(() => undefined);
  return {
    accepted: accepted as readonly number[],
    stop: () => {
      stop.abort();
      return running;
    },
  };
}
