import type { Contender, Job, OpenJob, Plan, Row, Target } from "../job.ts";
import { ours, type PeerEntry, peers } from "./catalogue.ts";
import { installLibraries } from "./install-libraries.ts";
import { killedContender } from "./killed-contender.ts";
import { peerContender } from "./peer-contender.ts";
import { type PeerServers, peerServers, type ServersOfBench } from "./peer-servers.ts";
import type { PeerWork } from "./peer-task.ts";
import { findRedis, redisAdvice } from "./redis-server.ts";

const latencyPerSecond = 50;
/** In each round. */
const kills = { full: 5, short: 2 };
/** Starting and ending a peer, beside its work. */
const secondsAround = 2;

/** What all do that are compared, each in the way that its documentation recommends for speed. */
interface PeerKind {
  readonly name: string;
  readonly title: string;
  /** Undefined for those who cannot do it. */
  work(peer: PeerEntry, short: boolean): PeerWork | undefined;
  /** What is shown of it; compared with ours where it says so. */
  readonly figures: readonly { readonly figure: string; readonly unit: string }[];
  /** About, for each. */
  readonly seconds: number;
}

const perSecond = (unit: string) => [{ figure: "perSecond", unit }];

const kinds: readonly PeerKind[] = [
  {
    name: "peers-accept",
    title: "an order and its job, one in each transaction, 16 callers",
    work: (_, short) => ({ kind: "accept", callers: 16, batch: 1, seconds: short ? 0.5 : 2 }),
    figures: perSecond("orders/s"),
    seconds: 2,
  },
  {
    name: "peers-accept-batched",
    title: "orders and their jobs, 50 in each transaction, 4 callers",
    work: (_, short) => ({ kind: "accept", callers: 4, batch: 50, seconds: short ? 0.5 : 2 }),
    figures: perSecond("orders/s"),
    seconds: 2,
  },
  {
    name: "peers-deliver",
    title: "jobs that wait, each with its effect once, effects one by one",
    work: ({ backlog }, short) => deliveries("singly", backlog.singly, short),
    figures: perSecond("effects/s"),
    seconds: 4,
  },
  {
    name: "peers-deliver-batched",
    title: "jobs that wait, each with its effect once, many in a transaction",
    work: ({ backlog }, short) =>
      backlog.batched === undefined ? undefined : deliveries("batched", backlog.batched, short),
    figures: perSecond("effects/s"),
    seconds: 4,
  },
  {
    name: "peers-latency",
    title: `from the commit of an order to that of its effect, ${latencyPerSecond} orders/s`,
    work: (_, short) => ({
      kind: "latency",
      perSecond: latencyPerSecond,
      seconds: short ? 2 : 5,
    }),
    figures: [
      { figure: "p50Ms", unit: "ms in the median" },
      { figure: "p99Ms", unit: "ms for 99 of 100" },
    ],
    seconds: 5,
  },
];

function deliveries(way: "singly" | "batched", jobs: number, short: boolean): PeerWork {
  return { kind: "deliver", way, jobs: short ? jobs / 10 : jobs };
}

/** Ours beside others, job by job. */
export const peerJobs: readonly Job[] = [...kinds.map(jobOf), killedJob()];

function jobOf({ name, title, work, figures, seconds }: PeerKind): Job {
  const able = [ours, ...peers].filter((peer) => work(peer, true) !== undefined);
  return {
    name,
    title,
    seconds: ({ rounds }) => rounds * able.length * (seconds + secondsAround),
    open: (bench, { short }) =>
      openJob(bench, able, {
        contender: (servers, peer) => {
          const asked = work(peer, short);
          if (asked === undefined) throw new Error(`${peer.name} cannot do ${name}`);
          return peerContender(servers, peer, asked);
        },
        rows: (present) => besideOurs(present, figures),
      }),
  };
}

/** What is lost by those whose row and job are two writes, beside one of each other kind. */
function killedJob(): Job {
  const killed = [ours, ...peers].filter(({ name }) =>
    ["QuickBite", "pg-boss", "BullMQ"].includes(name),
  );
  const killsIn = ({ short }: Plan) => (short ? kills.short : kills.full);
  return {
    name: "peers-killed",
    title:
      "orders that were stored and never have their effect, of a process killed while it accepts",
    seconds: (plan) => plan.rounds * killed.length * (killsIn(plan) + secondsAround),
    open: (bench, plan) =>
      openJob(bench, killed, {
        contender: (servers, peer) => killedContender(servers, peer, killsIn(plan)),
        rows: (present) =>
          present.map(({ name, atomic }) => ({
            name: `${name}, lost in ${killsIn(plan)} kills`,
            contender: name,
            figure: "lost",
            unit: "orders",
            ...(atomic && { target: { kind: "most", first: 0 } }),
          })),
      }),
  };
}

interface JobParts {
  readonly contender: (servers: PeerServers, peer: PeerEntry) => Contender & AsyncDisposable;
  readonly rows: (present: readonly PeerEntry[]) => readonly Row[];
}

/** Those that need a server which is not there are left out, and the table says so. */
async function openJob(
  bench: ServersOfBench,
  peers: readonly PeerEntry[],
  { contender, rows }: JobParts,
): Promise<OpenJob> {
  const present = peers.filter(({ broker }) => broker !== "Redis" || findRedis() !== undefined);
  await installLibraries(bench.step);
  await using opening = new AsyncDisposableStack();
  const servers = opening.use(await peerServers(bench));
  const contenders = present.map((peer) => opening.use(contender(servers, peer)));
  const owned = opening.move();
  return {
    contenders,
    rows: rows(present),
    skipped: present.length < peers.length ? [redisAdvice] : [],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A peer stands where elsewhere the floor does: above 1 ours is faster, and for times below. */
function besideOurs(present: readonly PeerEntry[], figures: PeerKind["figures"]): readonly Row[] {
  return present
    .filter((peer) => peer !== ours)
    .flatMap((peer) =>
      figures.map(({ figure, unit }) => ({
        name: `beside ${peer.name}`,
        contender: ours.name,
        figure,
        unit,
        floor: peer.name,
        ...(figure === "perSecond" && { target: ahead }),
      })),
    );
}

const ahead: Target = { kind: "ratio", first: 1, loose: 0.01 };
