import { describe, expect, test } from "bun:test";
import { encodeHeaders } from "@app/platform/messaging/headers.ts";
import { BrokerServer } from "../broker/broker-server.ts";
import { simulatedBroker } from "../broker/simulated-broker.ts";
import { Batches } from "./batches.ts";
import { watchedBroker } from "./watched-broker.ts";

/** Orders' broker, watched, with streams of its own and answers at once. */
function watchedWorld({ stated = [] }: { readonly stated?: readonly number[] } = {}) {
  const server = new BrokerServer({ nowMs: () => 0, after: () => undefined });
  server.createStream("ORDERS", { subjects: ["orders.>"], duplicateWindowMs: 0 });
  const link = {
    toBroker: (_: unknown, arrive: () => void) => arrive(),
    toClient: (_: unknown, arrive: () => void) => arrive(),
    after: () => () => undefined,
  };
  const broken: string[] = [];
  const broker = watchedBroker(simulatedBroker({ server, link, timeoutMs: 1_000 }), {
    nakDelayMinMs: 1,
    acknowledged: new Set(),
    batches: new Batches(() => undefined),
    isStated: (_, version) => stated.includes(version),
    broken: (what) => broken.push(what),
  });
  const publish = (version: number) =>
    broker.publish({
      subject: `orders.v1.test.${version}`,
      headers: encodeHeaders({ key: "order/1", version: String(version) }),
      payload: new Uint8Array(),
    });
  return { server, broken, publish };
}

describe("a watched broker", () => {
  test("tells of a version that is published before the one ahead of it was acknowledged", async () => {
    const { broken, publish } = watchedWorld({ stated: [1, 2] });

    await publish(2);

    expect(broken).toEqual(["order/1 2 was published before 1 was acknowledged"]);
  });

  test("lets a version that was acknowledged go again while a later one is under way", async () => {
    const { server, broken, publish } = watchedWorld({ stated: [1, 2] });
    await publish(1);
    server.pause();
    const later = publish(2);
    const again = publish(1);
    server.resume();

    await Promise.all([later, again]);

    expect(broken).toEqual([]);
  });

  test("lets a version go that follows another's, which this service does not publish", async () => {
    const { broken, publish } = watchedWorld({ stated: [3] });

    await publish(3);

    expect(broken).toEqual([]);
  });
});
