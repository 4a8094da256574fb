import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { streams } from "@app/contracts/topology.ts";
import { connect, nkeys, PermissionViolationError } from "nats";
import { systemClock } from "../clock.ts";
import { eventually } from "../testing/eventually.ts";
import { type KeyedBroker, keyedBroker } from "../testing/keyed-broker.ts";
import { brokerAccounts } from "./broker-permissions.ts";
import { asBrokerUser, operatorUser, topologyUser } from "./broker-user.ts";
import { openJetStream } from "./jetstream-broker.ts";

setDefaultTimeout(60_000);

let broker: KeyedBroker;
beforeAll(async () => {
  broker = await keyedBroker(streams);
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
});

const users = brokerAccounts(streams).map(({ name }) => name);
const services = users.filter((name) => name !== topologyUser && name !== operatorUser);
const durables = streams.flatMap(({ name: stream, durables }) =>
  durables.map(({ name, service }) => ({ stream, name, service })),
);

/** Something to say or to hear, and everybody who may: written from what must be so, not from the rights. */
interface Act {
  readonly subject: string;
  readonly by: readonly string[];
}

const owned = streams.filter(({ owner }) => owner !== "platform");
const readersOf = ({ name, owner }: (typeof streams)[number]) =>
  owner === "platform"
    ? services
    : [owner, ...durables.filter(({ stream }) => stream === name).map(({ service }) => service)];
const api = "$JS.API";

const said: readonly Act[] = [
  ...owned.flatMap(({ owner, subjects }) =>
    subjects.map((subject) => ({ subject: subject.replace(">", "thing_done.1"), by: [owner] })),
  ),
  ...services.flatMap((name) => [
    { subject: `${name}.dlq.v1.thing_done.1`, by: [name] },
    { subject: `canary.v1.${name}`, by: [name] },
    { subject: `hints.outbox.${name}`, by: [name] },
    { subject: `_INBOX.${name}.a.b`, by: [] },
  ]),
  ...durables.flatMap(({ stream, name, service }) => [
    { subject: `$JS.ACK.${stream}.${name}.1.1.1.1.0`, by: [service] },
    { subject: `${api}.CONSUMER.MSG.NEXT.${stream}.${name}`, by: [service] },
    { subject: `${api}.CONSUMER.PAUSE.${stream}.${name}`, by: [service] },
    { subject: `${api}.CONSUMER.DELETE.${stream}.${name}`, by: [] },
    { subject: `${api}.CONSUMER.CREATE.${stream}.${name}`, by: [topologyUser] },
    { subject: `${api}.CONSUMER.CREATE.${stream}.${name}.any.subject`, by: [] },
    { subject: `${api}.CONSUMER.DURABLE.CREATE.${stream}.${name}`, by: [topologyUser] },
  ]),
  ...streams.flatMap((stream) => [
    { subject: `${api}.STREAM.INFO.${stream.name}`, by: [...readersOf(stream), topologyUser] },
    { subject: `${api}.STREAM.MSG.GET.${stream.name}`, by: readersOf(stream) },
    { subject: `${api}.CONSUMER.CREATE.${stream.name}.reader`, by: readersOf(stream) },
    { subject: `${api}.CONSUMER.CREATE.${stream.name}.reader.any.subject`, by: readersOf(stream) },
    { subject: `${api}.CONSUMER.MSG.NEXT.${stream.name}.reader`, by: readersOf(stream) },
    { subject: `${api}.CONSUMER.DELETE.${stream.name}.reader`, by: readersOf(stream) },
    // Under this subject the request itself would say whose consumer it is about.
    { subject: `${api}.CONSUMER.CREATE.${stream.name}`, by: [] },
    { subject: `${api}.CONSUMER.DURABLE.CREATE.${stream.name}.other`, by: [] },
    { subject: `${api}.STREAM.CREATE.${stream.name}`, by: [topologyUser] },
    { subject: `${api}.STREAM.UPDATE.${stream.name}`, by: [topologyUser] },
    { subject: `${api}.STREAM.DELETE.${stream.name}`, by: [] },
    { subject: `${api}.STREAM.PURGE.${stream.name}`, by: [] },
    { subject: `${api}.STREAM.MSG.DELETE.${stream.name}`, by: [] },
    { subject: `${api}.STREAM.SNAPSHOT.${stream.name}`, by: [] },
    { subject: `${api}.DIRECT.GET.${stream.name}`, by: [] },
  ]),
  { subject: `${api}.INFO`, by: [...services, topologyUser] },
  { subject: `${api}.STREAM.CREATE.COPY`, by: [] },
  { subject: `${api}.STREAM.LIST`, by: [] },
  { subject: "$SYS.REQ.SERVER.PING", by: [] },
  { subject: "anything.else", by: [] },
];

const heard: readonly Act[] = [
  ...users.map((name) => ({ subject: `_INBOX.${name}.>`, by: [name] })),
  ...services.map((name) => ({ subject: `hints.outbox.${name}`, by: [name] })),
  ...streams.flatMap(({ subjects }) => subjects.map((subject) => ({ subject, by: [] }))),
  ...["_INBOX.>", "hints.>", "$JS.ACK.>", "$JS.API.>", "$JS.EVENT.>", ">"].map((subject) => ({
    subject,
    by: [],
  })),
];

/** What of this the broker refuses to a user. Nobody may say the last word, which tells that all was judged. */
async function refusedTo(
  user: string,
  acts: { said: readonly string[]; heard: readonly string[] },
) {
  const credential = asBrokerUser({ name: user, seed: broker.seedOf(user) });
  const nc = await connect({ servers: broker.url, ...credential });
  try {
    const refused = { publish: new Set<string>(), subscription: new Set<string>() };
    const lastWord = "the.last.word";
    void (async () => {
      for await (const status of nc.status()) {
        if (status.type !== "error" || !(status.error instanceof PermissionViolationError))
          continue;
        refused[status.error.operation].add(status.error.subject);
      }
    })();
    for (const subject of acts.heard) nc.subscribe(subject, { callback: () => undefined });
    for (const subject of acts.said) nc.publish(subject);
    nc.publish(lastWord);
    await eventually(() => expect(refused.publish.has(lastWord)).toBe(true));
    refused.publish.delete(lastWord);
    return { said: [...refused.publish].sort(), heard: [...refused.subscription].sort() };
  } finally {
    await nc.close();
  }
}

const notOf = (user: string, acts: readonly Act[]) =>
  acts
    .filter(({ by }) => !by.includes(user))
    .map(({ subject }) => subject)
    .sort();
const subjectsOf = (acts: readonly Act[]) => acts.map(({ subject }) => subject);

describe("the broker", () => {
  test("has a user for each service that sends or listens", () => {
    expect(services).toEqual(["bookings", "events", "inventory", "orders", "reviews", "users"]);
  });

  test.each([...services, topologyUser])(
    "lets %s say and hear what is its own, and refuses it all that is others'",
    async (user) => {
      const refused = await refusedTo(user, { said: subjectsOf(said), heard: subjectsOf(heard) });

      expect(refused).toEqual({ said: notOf(user, said), heard: notOf(user, heard) });
    },
  );

  test("lets an operator speak for no service", async () => {
    const ofServices = [
      ...owned.flatMap(({ subjects }) => subjects.map((subject) => subject.replace(">", "a.1"))),
      ...services.flatMap((name) => [`${name}.dlq.v1.a.1`, `canary.v1.${name}`, `hints.a.${name}`]),
      ...durables.flatMap(({ stream, name }) => [
        `$JS.ACK.${stream}.${name}.1.1.1.1.0`,
        `${api}.CONSUMER.MSG.NEXT.${stream}.${name}`,
      ]),
      `${api}.STREAM.CREATE.COPY`,
    ];

    const refused = await refusedTo(operatorUser, { said: ofServices, heard: subjectsOf(heard) });

    expect(refused).toEqual({ said: ofServices.sort(), heard: notOf(operatorUser, heard) });
  });

  test("lets nobody in without a key, or with one that it does not know", async () => {
    const once = { servers: broker.url, reconnect: false };
    const seed = new TextDecoder().decode(nkeys.createUser().getSeed());

    await expect(connect(once)).rejects.toThrow(/Authorization/);
    await expect(connect({ ...once, ...asBrokerUser({ name: "orders", seed }) })).rejects.toThrow(
      /Authorization/,
    );
  });

  test("is said to be closed to us, and not to be away", async () => {
    const user = { name: "users", seed: new TextDecoder().decode(nkeys.createUser().getSeed()) };
    const stranger = openJetStream({ servers: [broker.url], name: "x", user, clock: systemClock });

    await eventually(() => expect(stranger.connection(100)).rejects.toThrow(/does not let us in/));
    await expect(stranger.streamState("USERS")).rejects.toThrow(/does not let us in/);
    await stranger.close();
  });

  test("is said to be away again when it is away", async () => {
    await using own = await keyedBroker([]);
    const user = { name: "users", seed: new TextDecoder().decode(nkeys.createUser().getSeed()) };
    const stranger = openJetStream({ servers: [own.url], name: "x", user, clock: systemClock });
    await eventually(() => expect(stranger.connection(100)).rejects.toThrow(/does not let us in/));

    await own.server.kill();

    await eventually(() => expect(stranger.connection(100)).rejects.toThrow(/no connection/));
    await expect(stranger.streamState("USERS")).rejects.toThrow(/not connected/);
    await stranger.close();
  });

  test("is said to have refused a message, at once and by its subject", async () => {
    const user = { name: "users", seed: broker.seedOf("users") };
    const stranger = openJetStream({
      servers: [broker.url],
      name: "stranger",
      user,
      publishTimeoutMs: 50_000,
      clock: systemClock,
    });
    await stranger.connection(50_000);

    const published = stranger.publish({
      subject: "events.v1.thing_done.1",
      headers: "key: thing/1",
      payload: new Uint8Array(),
    });

    await expect(published).rejects.toThrow(/Permissions Violation.*events\.v1\.thing_done\.1/i);
    // The server tells the client first and its log afterwards.
    await eventually(() =>
      expect(broker.violations().join("\n")).toContain("events.v1.thing_done.1"),
    );
    await stranger.close();
  });
});
