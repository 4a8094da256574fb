import type { Fault } from "../fault.ts";
import { jetStreamApi } from "../jetstream-api.ts";
import { crashAt, failHandlers, type Provocation } from "./crash-at.ts";

const intoTheLaneWorker: Provocation = async (world) =>
  failHandlers(world, { does: "throw", oneIn: 4, times: 3 });

/** Takes messages out of the stream, which the relay must notice and repair. */
const forgotten: Provocation = async (world, { service }) => {
  const stream = service === "orders" ? "ORDERS" : "INVENTORY";
  const state = await world.broker.streamState(stream);
  for (let back = 0; back < FORGOTTEN && state && state.lastSequence > back; back += 1)
    await jetStreamApi(world.broker, `STREAM.MSG.DELETE.${stream}`, {
      seq: state.lastSequence - back,
      // It may be gone already.
    }).catch(() => undefined);
};

const FORGOTTEN = 3;

/** Processes that die at the points which the load alone reaches, with a little help for some. */
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
];
