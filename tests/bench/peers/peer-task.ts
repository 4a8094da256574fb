import { z } from "zod";
import { peerNames } from "./catalogue.ts";
import type { Way } from "./peer.ts";

const way = z.enum(["singly", "batched"]) satisfies z.ZodType<Way>;
const count = z.int().positive();

/** What a peer's process is asked to do. */
export const PeerTask = z.object({
  peer: z.enum(peerNames),
  world: z.object({
    databaseUrl: z.string(),
    natsUrl: z.string().optional(),
    redisUrl: z.string().optional(),
  }),
  /** Whether its tables and queues are to be made. */
  fresh: z.boolean(),
  /** The first order's number; later ones follow. */
  firstOrder: count,
  work: z.discriminatedUnion("kind", [
    /** So many callers, each of whom waits for its answer; `batch` orders in each transaction. */
    z.object({ kind: z.literal("accept"), callers: count, batch: count, seconds: z.number() }),
    /** The same until it is killed. */
    z.object({ kind: z.literal("accept until killed"), callers: count }),
    /** Jobs that wait already. */
    z.object({ kind: z.literal("deliver"), way, jobs: count }),
    /** Orders at intended times, with deliveries running. */
    z.object({ kind: z.literal("latency"), perSecond: count, seconds: z.number() }),
    /** Whatever waits. */
    z.object({ kind: z.literal("drain") }),
  ]),
});

export type PeerTask = z.output<typeof PeerTask>;
export type PeerWork = PeerTask["work"];

/** What it answers when it is done. */
export const WorkDone = z.object({
  /** Orders accepted, jobs delivered. */
  done: z.number(),
  /** Orders accepted beforehand, to get warm. */
  warmUp: z.number(),
  seconds: z.number(),
  /** Jobs that are not done, after the work. */
  waiting: z.number(),
  /** How long callers waited for their answers, where there were callers. */
  p50Ms: z.number().optional(),
  p99Ms: z.number().optional(),
});

export type WorkDone = z.output<typeof WorkDone>;
