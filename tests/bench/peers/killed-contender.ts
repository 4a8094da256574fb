import type { Contender } from "../job.ts";
import type { PeerEntry } from "./catalogue.ts";
import type { PeerRun, PeerServers } from "./peer-servers.ts";

const callers = 16;
/** When the next kill comes after the first order, drawn anew each time so that it meets everything. */
const killAfterMs = { min: 0, max: 300 };
const firstOrderWithinMs = 60_000;
const pollMs = 20;
/** Orders that one process may accept before it is killed. */
const ordersMax = 1_000_000;

/**
 * Kills a peer's process again and again while it accepts orders, lets a last one deliver whatever
 * waits, and counts the orders that never have their effect: those that were stored without a job.
 */
export function killedContender(
  servers: PeerServers,
  peer: PeerEntry,
  kills: number,
): Contender & AsyncDisposable {
  return {
    name: peer.name,
    async run() {
      await using run = await servers.world(peer);
      for (let nth = 0; nth < kills; nth += 1) {
        const process = await run.start({
          fresh: nth === 0,
          firstOrder: nth * ordersMax + 1,
          work: { kind: "accept until killed", callers },
        });
        const before = await run.database.orders();
        process.begin();
        await moreOrders(run, before);
        const { min, max } = killAfterMs;
        await Bun.sleep(min + Math.random() * (max - min));
        await process.kill();
      }
      const last = await run.start({ fresh: false, firstOrder: 1, work: { kind: "drain" } });
      const { waiting } = await last.work();
      const { orders, effects, ordersWithoutEffect, effectsWithoutOrder } =
        await run.database.counts();
      return {
        figures: {
          kills,
          orders,
          lost: ordersWithoutEffect,
          lostPerKill: ordersWithoutEffect / kills,
        },
        done: orders,
        // For two writes that may part, equal counts are what is asked for and not a condition.
        counts: async () => (peer.atomic ? { orders, effects } : { waiting, effectsWithoutOrder }),
      };
    },
    async [Symbol.asyncDispose]() {
      // Its world ends with its run.
    },
  };
}

async function moreOrders({ database }: PeerRun, before: number): Promise<void> {
  const giveUpAt = performance.now() + firstOrderWithinMs;
  while ((await database.orders()) === before) {
    if (performance.now() > giveUpAt)
      throw new Error(`no order was accepted within ${firstOrderWithinMs} ms`);
    await Bun.sleep(pollMs);
  }
}
