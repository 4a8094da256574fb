import { describe, expect, test } from "bun:test";
import { streams } from "@app/contracts/topology.ts";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection, nanos } from "nats";
import { temporaryBroker } from "../testing/nats.ts";
import { applyTopology, planTopology, type StreamTopology, topologyOf } from "./topology.ts";

const things: StreamTopology = {
  name: "THINGS",
  owner: "things",
  subjects: ["things.v1.>"],
  maxAgeSeconds: 3_600,
  maxBytes: 16 * 1024 * 1024,
  declaredRate: { messagesPerSecond: 1, bytesPerMessage: 512 },
  durables: [{ name: "others", service: "others", ackWaitSeconds: 5, maxAckPending: 100 }],
};

/** A broker and a connection to it. */
async function world() {
  const stack = new AsyncDisposableStack();
  const { url } = stack.use(await temporaryBroker());
  const connected = async () => {
    const nc = await connect({ servers: url });
    stack.defer(() => nc.close());
    return nc;
  };
  const nc = await connected();
  const jsm = await jetstreamManager(nc);
  return {
    nc,
    jsm,
    connected,
    publish: (subject: string) => jetstream(nc).publish(subject),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The same connection to a server that drops `field` of what it is told, as old ones do. */
function forgetting(nc: NatsConnection, field: string): NatsConnection {
  const request: NatsConnection["request"] = (subject, payload, options) => {
    const told = payload instanceof Uint8Array ? new TextDecoder().decode(payload) : payload;
    const kept = told?.startsWith("{")
      ? JSON.stringify(JSON.parse(told, (key, value) => (key === field ? undefined : value)))
      : payload;
    return nc.request(subject, kept, options);
  };
  return new Proxy(nc, {
    get: (target, name) => (name === "request" ? request : Reflect.get(target, name, target)),
  });
}

describe("a topology", () => {
  test("is planned, made, and then found in place", async () => {
    await using broker = await world();
    const declared = streams.map(({ name, durables }) => [name, ...durables.map((d) => d.name)]);

    const plan = await planTopology(broker.nc, streams);
    const applied = await applyTopology(broker.nc, streams);

    expect(plan.every(({ action, destructive }) => action === "create" && !destructive)).toBe(true);
    expect(plan).toHaveLength(declared.flat().length);
    expect(applied).toEqual(plan);
    expect(await planTopology(broker.nc, streams)).toEqual([]);
    expect(await applyTopology(broker.nc, streams)).toEqual([]);
  });

  test("keeps every message until it is old, refuses what does not fit, and asks for each ack", async () => {
    await using broker = await world();
    await applyTopology(broker.nc, [things]);

    const { config } = await broker.jsm.streams.info("THINGS");
    const consumer = await broker.jsm.consumers.info("THINGS", "others");

    expect(config).toMatchObject({
      retention: "limits",
      discard: "new",
      storage: "file",
      max_age: nanos(3_600_000),
      max_msgs_per_subject: -1,
    });
    expect(consumer.config).toMatchObject({
      ack_policy: "explicit",
      ack_wait: nanos(5_000),
      max_deliver: -1,
      max_ack_pending: 100,
    });
  });

  test("is made by many at once as by one", async () => {
    await using broker = await world();
    const each = ["orders", "inventory", "events", "bookings", "users", "reviews"];
    const services = [...each, ...each];
    const connections = await Promise.all(services.map(() => broker.connected()));

    await Promise.all(
      connections.map((nc, index) =>
        applyTopology(nc, topologyOf(services[index] ?? "orders", streams)),
      ),
    );

    expect(await planTopology(broker.nc, streams)).toEqual([]);
  });

  test("is made although another made a durable meanwhile, later in the stream's life", async () => {
    await using broker = await world();
    const withoutDurable = { ...things, durables: [] };
    await applyTopology(broker.nc, [withoutDurable]);
    const asked = Promise.withResolvers<void>();
    const slow = new Proxy(broker.nc, {
      get: (target, name) =>
        name !== "request"
          ? Reflect.get(target, name, target)
          : async (...[subject, ...rest]: Parameters<NatsConnection["request"]>) => {
              if (subject.startsWith("$JS.API.CONSUMER.CREATE")) {
                await broker.publish("things.v1.a.1");
                await broker.jsm.streams.purge("THINGS");
                await broker.publish("things.v1.a.2");
                await applyTopology(await broker.connected(), [things]);
                asked.resolve();
              }
              return target.request(subject, ...rest);
            },
    });

    await applyTopology(slow, [things]);

    await asked.promise;
    const { config } = await broker.jsm.consumers.info("THINGS", "others");
    expect(config.metadata?.["quickbite.created-at-sequence"]).toBe("2");
  });

  test.each([
    // Expiry is not to the second: of an hour nothing is left that could prove it.
    { maxAgeSeconds: 3_600, beginning: "2" },
    { maxAgeSeconds: 7_200, beginning: "1" },
  ])(
    "takes a stream for one that began later only where age explains it: $maxAgeSeconds s",
    async ({ maxAgeSeconds, beginning }) => {
      await using broker = await world();
      const aging = { ...things, maxAgeSeconds };
      await applyTopology(broker.nc, [{ ...aging, durables: [] }]);
      await broker.publish("things.v1.a.1");
      await broker.publish("things.v1.a.2");
      await broker.jsm.streams.deleteMessage("THINGS", 1);

      await applyTopology(broker.nc, [aging]);

      const { config } = await broker.jsm.consumers.info("THINGS", "others");
      expect(config.metadata?.["quickbite.created-at-sequence"]).toBe(beginning);
    },
  );

  test("gains a subject, a longer age and a durable", async () => {
    await using broker = await world();
    await applyTopology(broker.nc, [things]);
    await broker.publish("things.v1.a.1");
    const more: StreamTopology = {
      ...things,
      subjects: [...things.subjects, "stuff.v1.>"],
      maxAgeSeconds: 7_200,
      durables: things.durables.flatMap((d) => [
        { ...d, ackWaitSeconds: 9 },
        { ...d, name: "third" },
      ]),
    };

    const applied = await applyTopology(broker.nc, [more]);

    expect(applied.map(({ action, name }) => `${action} ${name}`)).toEqual([
      "update THINGS",
      "update THINGS/others",
      "create THINGS/third",
    ]);
    expect(await planTopology(broker.nc, [more])).toEqual([]);
    await broker.publish("stuff.v1.a.1");
    expect((await broker.jsm.streams.info("THINGS")).state.messages).toBe(2);
  });

  test.each<[string, Partial<StreamTopology>]>([
    ["subjects", { subjects: ["things.v1.b.>"] }],
    ["max_msgs_per_subject", { maxMessagesPerSubject: 1 }],
  ])("is not changed where that would lose messages, unless told to: %s", async (field, less) => {
    await using broker = await world();
    await applyTopology(broker.nc, [things]);
    const lessened = { ...things, ...less };

    const plan = await planTopology(broker.nc, [lessened]);
    const applying = applyTopology(broker.nc, [lessened]);

    expect(plan.map(({ destructive }) => destructive)).toEqual([true]);
    await expect(applying).rejects.toThrow(/refused without --destructive: THINGS/);
    await expect(applying).rejects.toThrow(field);
    expect(await planTopology(broker.nc, [things])).toEqual([]);

    await applyTopology(broker.nc, [lessened], { destructive: true });
    expect(await planTopology(broker.nc, [lessened])).toEqual([]);
  });

  test.each<[string, object]>([
    ["more bytes", { max_bytes: 32 * 1024 * 1024 }],
    ["bytes without a limit", { max_bytes: -1 }],
    ["a longer age", { max_age: nanos(7_200_000) }],
    ["an age without a limit", { max_age: 0 }],
  ])(
    "leaves a stream the room that it was given by hand, also where it changes: %s",
    async (_, room) => {
      await using broker = await world();
      await applyTopology(broker.nc, [things]);
      await broker.jsm.streams.update("THINGS", room);

      expect(await planTopology(broker.nc, [things])).toEqual([]);
      const more = { ...things, subjects: [...things.subjects, "stuff.v1.>"] };
      expect((await applyTopology(broker.nc, [more])).map((c) => c.destructive)).toEqual([false]);
      const { config } = await broker.jsm.streams.info("THINGS");
      expect(config).toMatchObject({ ...room, subjects: more.subjects });

      // Back to what is declared only when told so.
      const plan = await planTopology(broker.nc, [more], { destructive: true });
      expect(plan.map(({ destructive }) => destructive)).toEqual([true]);
      await applyTopology(broker.nc, [more], { destructive: true });
      expect((await broker.jsm.streams.info("THINGS")).config).toMatchObject({
        max_bytes: things.maxBytes,
        max_age: nanos(things.maxAgeSeconds * 1_000),
      });
    },
  );

  test("takes the absence of a limit for no loss", async () => {
    await using broker = await world();
    const latest = { ...things, maxMessagesPerSubject: 1 };
    await applyTopology(broker.nc, [latest]);
    const rarely = { messagesPerSecond: 0.0001, bytesPerMessage: 512 };
    const all = { ...things, maxAgeSeconds: 0, declaredRate: rarely };

    await applyTopology(broker.nc, [all]);

    expect((await broker.jsm.streams.info("THINGS")).config).toMatchObject({
      max_age: 0,
      max_msgs_per_subject: -1,
      discard: "new",
    });
  });

  test("refuses a stream that keeps all and would be full within ten years", async () => {
    await using broker = await world();
    const soonFull = { ...things, maxAgeSeconds: 0 };

    await expect(planTopology(broker.nc, [soonFull])).rejects.toThrow("THINGS declares");
  });

  test("refuses a stream whose rate would outgrow its bytes within its age", async () => {
    await using broker = await world();
    const greedy = { ...things, declaredRate: { messagesPerSecond: 10, bytesPerMessage: 512 } };

    await expect(planTopology(broker.nc, [greedy])).rejects.toThrow(
      "THINGS declares 18432000 bytes within its age but keeps at most 16777216",
    );
    await expect(applyTopology(broker.nc, [greedy])).rejects.toThrow("18432000");
    expect(await broker.jsm.streams.names().next()).toEqual([]);
  });

  test.each([
    ["max_bytes", "THINGS max_bytes"],
    ["max_ack_pending", "THINGS/others max_ack_pending"],
  ])(
    "is read back, and what an old server dropped without a word is named: %s",
    async (field, named) => {
      await using broker = await world();

      await expect(applyTopology(forgetting(broker.nc, field), [things])).rejects.toThrow(
        `the broker did not take ${named}: is nats-server too old?`,
      );
    },
  );

  test("deletes nothing that is not declared", async () => {
    await using broker = await world();
    await applyTopology(broker.nc, [things, { ...things, name: "REST", subjects: ["rest.>"] }]);

    await applyTopology(broker.nc, [{ ...things, durables: [] }], { destructive: true });

    expect((await broker.jsm.streams.names().next()).toSorted()).toEqual(["REST", "THINGS"]);
    expect((await broker.jsm.consumers.info("THINGS", "others")).name).toBe("others");
  });
});

describe("topologyOf", () => {
  test("is what a service publishes to, listens to, and shares", () => {
    const names = (service: string) => topologyOf(service, streams).map(({ name }) => name);

    expect(names("orders")).toEqual(["ORDERS", "INVENTORY", "DEAD_LETTERS", "CANARY"]);
    expect(names("nobody")).toEqual(["DEAD_LETTERS", "CANARY"]);
  });
});
