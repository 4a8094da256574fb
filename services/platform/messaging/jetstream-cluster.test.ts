import { describe, expect, test } from "bun:test";
import { AckPolicy, jetstreamManager } from "@nats-io/jetstream";
import { systemClock } from "../clock.ts";
import { eventually } from "../testing/eventually.ts";
import { temporaryCluster } from "../testing/nats-cluster.ts";
import { openJetStream } from "./jetstream-broker.ts";

const ELECTED_DEADLINE_MS = 60_000;

describe("a node that is cut off from its cluster and not from its clients", () => {
  test("is left by them, and publishing and pulling go on elsewhere", async () => {
    await using cluster = await temporaryCluster();
    const servers = cluster.nodes.map(({ url }) => url);
    const broker = openJetStream({ servers, name: "cluster", clock: systemClock });
    const nc = await broker.connection(5_000);
    const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 1_000 });
    await eventually(
      async () => {
        await jsm.streams.add({ name: "THINGS", subjects: ["things.>"], num_replicas: 3 });
        await jsm.consumers.add("THINGS", {
          durable_name: "reader",
          ack_policy: AckPolicy.Explicit,
        });
      },
      { deadlineMs: ELECTED_DEADLINE_MS, everyMs: 100 },
    );
    const pull = await broker.subscribe("THINGS", "reader", 10);
    const thing = (subject: string) => ({
      subject,
      headers: "key: thing/1",
      payload: new Uint8Array(),
    });
    const seen = new Set<string>();
    const delivered = async (subject: string) => {
      for (const delivery of await pull.next(10, AbortSignal.timeout(500))) {
        seen.add(delivery.subject);
        delivery.ack();
      }
      return seen.has(subject);
    };
    await broker.publish(thing("things.before"));
    await eventually(() => delivered("things.before"));
    const lost = cluster.nodes.find(({ url }) => url.endsWith(nc.getServer()));

    await lost?.isolate({ clients: false });

    await eventually(() => broker.publish(thing("things.after")), {
      deadlineMs: ELECTED_DEADLINE_MS,
      everyMs: 250,
    });
    await eventually(() => delivered("things.after"), { deadlineMs: ELECTED_DEADLINE_MS });
    expect(lost?.url).toBeString();
    expect(lost?.url).not.toEndWith(nc.getServer());
    await pull.close();
    await broker.close();
  }, 150_000);
});
