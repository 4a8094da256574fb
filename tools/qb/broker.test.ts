import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { streams } from "@app/contracts/topology.ts";
import { operatorUser } from "@app/platform/messaging/broker-user.ts";
import { planTopology } from "@app/platform/messaging/topology.ts";
import { keyedBroker } from "@app/platform/testing/keyed-broker.ts";
import { withBroker } from "./broker.ts";

setDefaultTimeout(60_000);

const name = "NATS_NKEY_SEED";
const before = process.env[name];
afterEach(() => {
  delete process.env[name];
  if (before !== undefined) process.env[name] = before;
});

test("a broker that asks for keys lets the operator's in, and is not taken for away without it", async () => {
  await using broker = await keyedBroker(streams);
  const plan = () => withBroker(broker.url, (connection) => planTopology(connection, streams));
  delete process.env[name];

  await expect(plan()).rejects.toThrow(/does not let us in/);

  process.env[name] = broker.seedOf(operatorUser);
  expect(await plan()).toEqual([]);
  expect(broker.violations()).toEqual([]);
});
