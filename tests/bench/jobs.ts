import type { Job } from "./job.ts";
import { confirm } from "./jobs/confirm.ts";
import { consume } from "./jobs/consume.ts";
import { growth } from "./jobs/growth.ts";
import { liveStreams } from "./jobs/live-streams.ts";
import { pages } from "./jobs/pages.ts";
import { placeOrders } from "./jobs/place-orders.ts";
import { recovery } from "./jobs/recovery.ts";
import { relay } from "./jobs/relay.ts";
import { saga } from "./jobs/saga.ts";
import { start } from "./jobs/start.ts";
import { peerJobs } from "./peers/peer-jobs.ts";

/** Ours beside what the machine can do. */
const ownJobs = [
  placeOrders,
  relay,
  confirm,
  consume,
  saga,
  recovery,
  growth,
  start,
  liveStreams,
  pages,
];

/** All that is measured, in the order in which it is. */
export const jobs: readonly Job[] = [...ownJobs, ...peerJobs];

export const jobNames: readonly string[] = namesOf(jobs);
/** Those that a short run leaves out unless it is asked for them: they take minutes. */
export const peerJobNames: readonly string[] = namesOf(peerJobs);

function namesOf(all: readonly Job[]): readonly string[] {
  return all.map(({ name }) => name);
}
