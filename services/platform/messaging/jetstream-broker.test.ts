import { describe, expect, test } from "bun:test";
import { cp, rm } from "node:fs/promises";
import { AckPolicy, DiscardPolicy, jetstreamManager } from "@nats-io/jetstream";
import { connect, nanos } from "nats";
import { systemClock } from "../clock.ts";
import type { BrokerUnderTest } from "../testing/broker-contract/world.ts";
import { brokerContract } from "../testing/broker-contract.ts";
import { eventually } from "../testing/eventually.ts";
import { temporaryBroker } from "../testing/nats.ts";
import { type JetStreamBroker, openJetStream } from "./jetstream-broker.ts";

/** A nats-server of its own, and a connection that the contract's preparations go through. */
async function jetStreamUnderTest(): Promise<
  Omit<BrokerUnderTest, "connect"> & {
    readonly url: string;
    connect(timeoutMs?: number): Promise<JetStreamBroker>;
  }
> {
  const nats = await temporaryBroker();
  const admin = await connect({ servers: nats.url, maxReconnectAttempts: -1 });
  const jsm = await jetstreamManager(admin);

  return {
    url: nats.url,
    payloadMax: admin.info?.max_payload ?? 0,
    async connect(timeoutMs = 2_000) {
      const broker = openJetStream({
        servers: [nats.url],
        name: "contract",
        clock: systemClock,
        timeoutMs,
      });
      await broker.connection(5_000);
      return broker;
    },
    async createStream(name, { duplicateWindowMs = 120_000, messagesMax = -1 } = {}) {
      await jsm.streams.add({
        name,
        subjects: [`${name.toLowerCase()}.>`],
        duplicate_window: nanos(duplicateWindowMs),
        max_msgs: messagesMax,
        discard: DiscardPolicy.New,
      });
    },
    async createDurable(stream, durable, { ackWaitMs = 5_000, unacknowledgedMax = 1_000 } = {}) {
      await jsm.consumers.add(stream, {
        durable_name: durable,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
        max_deliver: -1,
        max_ack_pending: unacknowledgedMax,
      });
    },
    deleteStream: async (stream) => void (await jsm.streams.delete(stream)),
    deleteDurable: async (stream, durable) => void (await jsm.consumers.delete(stream, durable)),
    deleteMessage: async (stream, sequence) =>
      void (await jsm.streams.deleteMessage(stream, sequence)),
    pause: nats.server.pause,
    resume: nats.server.resume,
    kill: nats.server.kill,
    restart: nats.server.restart,
    async [Symbol.asyncDispose]() {
      await admin.close();
      await nats[Symbol.asyncDispose]();
    },
  };
}

brokerContract("JetStream", jetStreamUnderTest);

describe("openJetStream", () => {
  const thing = (subject: string) => ({
    subject,
    headers: "key: thing/1",
    payload: new Uint8Array(),
  });

  test("leaves no reader behind at the broker, whether it read to the end or not", async () => {
    await using server = await jetStreamUnderTest();
    await server.createStream("THINGS");
    const broker = await server.connect();
    for (const id of ["a", "b", "c"]) await broker.publish(thing(`things.${id}`));

    let read = 0;
    for await (const _ of broker.read("THINGS")) read += 1;
    for await (const { sequence } of broker.read("THINGS")) if (sequence === 2) break;

    expect(read).toBe(3);
    const jsm = await jetstreamManager(await broker.connection(1_000));
    await eventually(async () => {
      expect((await jsm.streams.info("THINGS")).state.consumer_count).toBe(0);
    });
    await broker.close();
  });

  test("gives up at once what is unanswered when the server dies", async () => {
    await using server = await jetStreamUnderTest();
    await server.createStream("THINGS");
    const broker = await server.connect(60_000);
    await broker.publish(thing("things.a"));
    server.pause();
    const asked = Promise.allSettled([
      broker.publish(thing("things.b")),
      broker.streamState("THINGS"),
      broker.messageAt("THINGS", 1),
      broker.read("THINGS")[Symbol.asyncIterator]().next(),
    ]);

    await server.kill();

    expect((await asked).map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
    await server.restart();
    await eventually(async () =>
      expect((await broker.publish(thing("things.c"))).stream).toBe("THINGS"),
    );
    await broker.close();
  });

  test("gives up at once what is unanswered when it is closed", async () => {
    await using server = await jetStreamUnderTest();
    await server.createStream("THINGS");
    const broker = await server.connect(60_000);
    server.pause();
    const asked = Promise.allSettled([
      broker.publish(thing("things.b")),
      broker.durableState("THINGS", "reader"),
    ]);

    await broker.close();

    expect((await asked).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    server.resume();
  });

  test("connects when the server comes, and hears hints that were asked for before", async () => {
    await using server = await jetStreamUnderTest();
    await server.kill();
    const broker = openJetStream({ servers: [server.url], name: "early", clock: systemClock });
    const heard: string[] = [];
    broker.onHint("work", (data) => heard.push(data));

    await expect(broker.connection(100)).rejects.toThrow("no connection to the broker");
    expect(broker.connected()).toBe(false);
    await expect(broker.streamState("THINGS")).rejects.toThrow("not connected");

    await server.restart();
    await eventually(() => broker.connected(), { deadlineMs: 40_000 });
    await eventually(() => {
      broker.hint("work", "1");
      expect(heard).toContain("1");
    });
    await broker.close();
  });

  test("can be closed while it still waits for its server", async () => {
    await using server = await jetStreamUnderTest();
    await server.kill();
    const broker = openJetStream({ servers: [server.url], name: "early", clock: systemClock });

    await broker.close();

    await server.restart();
    await expect(broker.connection(3_000)).rejects.toThrow("closed");
  });
});

test("an answer from before the broker was put back concerns no message that came after", async () => {
  await using nats = await temporaryBroker();
  const admin = await connect({ servers: nats.url, maxReconnectAttempts: -1 });
  const jsm = await jetstreamManager(admin);
  await jsm.streams.add({ name: "THINGS", subjects: ["things.>"] });
  await jsm.consumers.add("THINGS", {
    durable_name: "reader",
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(2_000),
  });
  const broker = openJetStream({ servers: [nats.url], name: "put back", clock: systemClock });
  await broker.connection(5_000);
  const publish = (subject: string) => {
    const put = { subject, headers: "", payload: new Uint8Array() };
    return eventually(() => broker.publish(put));
  };
  const signal = AbortSignal.timeout(30_000);
  await nats.server.stop();
  await cp(nats.storeDir, `${nats.storeDir}-copy`, { recursive: true });
  await nats.server.restart();
  await publish("things.forgotten");
  const old = await broker.subscribe("THINGS", "reader", 10);
  const [forgotten] = await old.next(1, signal);

  await nats.server.kill();
  await rm(nats.storeDir, { recursive: true });
  await cp(`${nats.storeDir}-copy`, nats.storeDir, { recursive: true });
  await nats.server.restart();
  await publish("things.new");
  expect((await old.next(1, signal))[0]).toMatchObject({ sequence: 1, subject: "things.new" });
  forgotten?.ack();

  const [again] = await old.next(1, signal);
  expect(again).toMatchObject({ sequence: 1, subject: "things.new", redelivered: true });
  again?.ack();
  await old.close();
  await Promise.all([broker.close(), admin.close()]);
}, 60_000);

test("headers come as they were sent, not as the client would write them", async () => {
  await using server = await jetStreamUnderTest();
  await server.createStream("THINGS");
  await server.createDurable("THINGS", "reader");
  const broker = await server.connect();
  const headers = "Key:  thing/1 \r\nkey:thing/2";

  await broker.publish({ subject: "things.a", headers, payload: new Uint8Array() });

  const pull = await broker.subscribe("THINGS", "reader", 10);
  const [delivery] = await pull.next(1, AbortSignal.timeout(60_000));
  expect(delivery?.headers).toBe(headers);
  const read = await Array.fromAsync(broker.read("THINGS"), (message) => message.headers);
  expect(read).toEqual([headers]);
  await pull.close();
  await broker.close();
}, 90_000);

describe("a message that another wrote by hand", () => {
  /** Speaks the protocol itself, which lets headers be anything. */
  async function publishRaw(url: string, subject: string, block: Buffer): Promise<void> {
    const { hostname, port } = new URL(url);
    const answered = Promise.withResolvers<void>();
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_, piece) => {
          if (piece.toString().includes("PONG")) answered.resolve();
          if (piece.toString().includes("-ERR")) answered.reject(new Error(piece.toString()));
        },
      },
    });
    const payload = Buffer.concat([Buffer.from("NATS/1.0\r\n"), block, Buffer.from("\r\n\r\nhi")]);
    socket.write(
      Buffer.concat([
        Buffer.from(`CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\n`),
        Buffer.from(`HPUB ${subject} ${payload.length - 2} ${payload.length}\r\n`),
        payload,
        Buffer.from("\r\nPING\r\n"),
      ]),
    );
    await answered.promise;
    socket.end();
  }

  test.each<[string, Buffer]>([
    ["a name with a space", Buffer.from("bad name: 1\r\nkey: thing/1")],
    ["a name that is not ASCII", Buffer.from("schlüssel: 1")],
    ["a lone line feed in a value", Buffer.from("key: thing/1\nversion: 2")],
    ["a lone carriage return in a value", Buffer.from("key: thing/1\rversion: 2")],
    ["a NUL", Buffer.from("key: thing/1\0")],
    ["bytes that are no UTF-8", Buffer.from([0x6b, 0x3a, 0x20, 0xff, 0xfe, 0x80])],
    ["no colon", Buffer.from("nonsense")],
    ["an empty name", Buffer.from(": 1")],
    ["nothing at all", Buffer.alloc(0)],
    ["a status", Buffer.from("Status: 503")],
  ])("is delivered, read and found like any other, whatever its headers: %s", async (_, block) => {
    await using server = await jetStreamUnderTest();
    await server.createStream("THINGS");
    await server.createDurable("THINGS", "reader");
    const broker = await server.connect();
    await publishRaw(server.url, "things.raw", block);
    await broker.publish({ subject: "things.after", headers: "key: thing/2", payload: block });

    const pull = await broker.subscribe("THINGS", "reader", 10);
    const subjects: string[] = [];
    await eventually(async () => {
      for (const delivery of await pull.next(10, AbortSignal.timeout(1_000))) {
        subjects.push(delivery.subject);
        delivery.ack();
      }
      expect(subjects).toEqual(["things.raw", "things.after"]);
    });

    expect((await broker.messageAt("THINGS", 1))?.payload).toEqual(Buffer.from("hi"));
    for await (const { sequence, payload } of broker.read("THINGS")) {
      if (sequence === 1) expect(payload).toEqual(Buffer.from("hi"));
    }
    await pull.close();
    await broker.close();
  });
});
