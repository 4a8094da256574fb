import { expect, test } from "bun:test";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "nats";
import { Registry } from "prom-client";
import { systemClock } from "../clock.ts";
import { temporaryBroker } from "../testing/nats.ts";
import { exportBrokerMetrics } from "./broker-metrics.ts";
import { openJetStream } from "./jetstream-broker.ts";

test("lag is told from the oldest message that is there: what expired unheard is not", async () => {
  await using nats = await temporaryBroker();
  const admin = await connect({ servers: nats.url });
  const jsm = await jetstreamManager(admin);
  await jsm.streams.add({ name: "THINGS", subjects: ["things.>"], max_bytes: 4_096 });
  await jsm.consumers.add("THINGS", { durable_name: "others", ack_policy: AckPolicy.Explicit });
  for (let n = 0; n < 3; n++) await jetstream(admin).publish("things.made");
  for (const sequence of [1, 2]) await jsm.streams.deleteMessage("THINGS", sequence);
  const broker = openJetStream({ servers: [nats.url], name: "metrics", clock: systemClock });
  await broker.connection(60_000);
  const registry = new Registry();
  exportBrokerMetrics(registry, {
    broker,
    streams: ["THINGS"],
    consumers: [{ stream: "THINGS", durable: "others" }],
    answerWithinMs: 60_000,
  });

  const lag = await registry.getSingleMetric("consumer_lag_seconds")?.get();

  expect(lag?.values).toHaveLength(1);
  expect(lag?.values[0]?.labels).toEqual({ stream: "THINGS", consumer: "others" });
  expect(lag?.values[0]?.value).toBeGreaterThanOrEqual(0);
  expect((await registry.getSingleMetric("stream_max_bytes")?.get())?.values).toMatchObject([
    { labels: { stream: "THINGS" }, value: 4_096 },
  ]);
  await broker.close();
  await admin.close();
});
