import type { Job } from "./job.ts";
import { confirm } from "./jobs/confirm.ts";
import { consume } from "./jobs/consume.ts";
import { placeOrders } from "./jobs/place-orders.ts";
import { recovery } from "./jobs/recovery.ts";
import { relay } from "./jobs/relay.ts";
import { saga } from "./jobs/saga.ts";
import { start } from "./jobs/start.ts";

/** All that is measured, in the order in which it is. */
export const jobs: readonly Job[] = [placeOrders, relay, confirm, consume, saga, recovery, start];

export const jobNames: readonly string[] = jobs.map(({ name }) => name);
