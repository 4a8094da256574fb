import { expect, test } from "bun:test";
import type { BrokerUnderTest } from "@app/platform/testing/broker-contract/world.ts";
import { brokerContract } from "@app/platform/testing/broker-contract.ts";
import { BrokerServer, payloadMax } from "./broker-server.ts";
import type { Link } from "./link.ts";
import { simulatedBroker } from "./simulated-broker.ts";

/** The model on real time and a wire that loses nothing, so that the contract can wait for it. */
async function modelUnderTest(): Promise<BrokerUnderTest> {
  const server = new BrokerServer({
    nowMs: Date.now,
    after: (delayMs, run) => void setTimeout(run, Math.max(0, delayMs)).unref(),
  });
  const link: Link = {
    toBroker: (_, arrive) => void setTimeout(arrive),
    toClient: (_, arrive) => void setTimeout(arrive),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
  return {
    payloadMax,
    connect: async (timeoutMs = 2_000) => simulatedBroker({ server, link, timeoutMs }),
    async createStream(name, { duplicateWindowMs = 120_000, messagesMax } = {}) {
      const subjects = [`${name.toLowerCase()}.>`];
      server.createStream(name, { subjects, duplicateWindowMs, messagesMax });
    },
    async createDurable(stream, durable, { ackWaitMs = 5_000, unacknowledgedMax = 1_000 } = {}) {
      server.createDurable(stream, durable, { ackWaitMs, unacknowledgedMax });
    },
    deleteStream: async (stream) => server.deleteStream(stream),
    deleteDurable: async (stream, durable) => server.deleteDurable(stream, durable),
    deleteMessage: async (stream, sequence) => server.stream(stream).delete(sequence),
    pause: () => server.pause(),
    resume: () => server.resume(),
    kill: async () => {
      server.goAway();
      // The word of it reaches the clients, as the end of their sockets would.
      await new Promise((resolve) => setTimeout(resolve));
    },
    restart: async () => server.comeBack(),
    [Symbol.asyncDispose]: async () => server.goAway(),
  };
}

brokerContract("the simulated broker", modelUnderTest);

test("a process that ends as its pull expires leaves no pull behind", async () => {
  const server = new BrokerServer({ nowMs: () => 0, after: () => undefined });
  server.createStream("THINGS", { subjects: ["things.>"], duplicateWindowMs: 0 });
  server.createDurable("THINGS", "listener", { ackWaitMs: 5_000, unacknowledgedMax: 1_000 });
  const expire: (() => void)[] = [];
  const link: Link = {
    // It ends before this is sent.
    toBroker: (what, arrive) => what !== "stop pulling" && arrive(),
    toClient: (_, arrive) => arrive(),
    after(_, run) {
      expire.push(run);
      return () => undefined;
    },
  };
  const broker = simulatedBroker({ server, link, timeoutMs: 2_000 });
  await broker.subscribe("THINGS", "listener", 2);
  const asked = server.durable("THINGS", "listener").state().pulls;
  for (const run of expire.splice(0)) run();

  broker.abandon();

  expect(asked).toBeGreaterThan(0);
  expect(server.durable("THINGS", "listener").state().pulls).toBe(0);
});
