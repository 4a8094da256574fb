import type { Contender, Counts, Figures } from "../job.ts";
import type { PeerEntry } from "./catalogue.ts";
import type { PeerDatabase } from "./peer-database.ts";
import type { PeerProcess } from "./peer-process.ts";
import type { PeerRun, PeerServers } from "./peer-servers.ts";
import type { PeerWork, WorkDone } from "./peer-task.ts";

/** Orders at the beginning, while caches and connections are cold, that count for no latency. */
const coldSeconds = 1;

/** A peer at one kind of work. Each round has a world of its own, gone when it was counted. */
export function peerContender(
  servers: PeerServers,
  peer: PeerEntry,
  work: PeerWork,
): Contender & AsyncDisposable {
  let present: { readonly run: PeerRun; readonly process: PeerProcess } | undefined;
  const end = async () => {
    const ended = present;
    present = undefined;
    await ended?.run[Symbol.asyncDispose]();
  };
  return {
    name: peer.name,
    async prepare() {
      await end();
      const run = await servers.world(peer);
      try {
        present = { run, process: await run.start({ fresh: true, firstOrder: 1, work }) };
      } catch (error) {
        await run[Symbol.asyncDispose]();
        throw error;
      }
    },
    async run() {
      if (!present) throw new Error("a contender is prepared before it runs");
      const { run, process } = present;
      const done = await process.work();
      return {
        figures: await figuresOf(work, done, run.database),
        done: done.done,
        async counts() {
          const counts = await countsOf(work, done, run.database);
          await end();
          return counts;
        },
      };
    },
    [Symbol.asyncDispose]: end,
  };
}

async function figuresOf(
  work: PeerWork,
  { done, seconds, p50Ms, p99Ms }: WorkDone,
  database: PeerDatabase,
): Promise<Figures> {
  switch (work.kind) {
    case "deliver":
      return { perSecond: await database.effectsPerSecond() };
    case "latency":
      return { ...(await database.latency(coldSeconds * work.perSecond)) };
    default:
      return { perSecond: done / seconds, ...(p50Ms && { p50Ms }), ...(p99Ms && { p99Ms }) };
  }
}

/** What was accepted is stored with its job; what was delivered had its effect. */
async function countsOf(
  work: PeerWork,
  { done, warmUp, waiting }: WorkDone,
  database: PeerDatabase,
): Promise<Counts> {
  const { orders, effects, ordersWithoutEffect } = await database.counts();
  if (work.kind === "accept") return { answers: warmUp + done, orders, jobs: waiting };
  return { jobs: done, orders, effects, "orders with effect": orders - ordersWithoutEffect };
}
