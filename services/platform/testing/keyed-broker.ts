import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { natsKeys, natsUsers } from "@app/dev/infrastructure/nats-users.ts";
import { nkeys } from "nats";
import { systemClock } from "../clock.ts";
import { brokerAccounts } from "../messaging/broker-permissions.ts";
import { topologyUser } from "../messaging/broker-user.ts";
import { openJetStream } from "../messaging/jetstream-broker.ts";
import { applyTopology, type StreamTopology } from "../messaging/topology.ts";
import { type TemporaryBroker, temporaryBroker } from "./nats.ts";

/** A nats-server of one test's own that lets each of our users do what an installation lets them. */
export interface KeyedBroker extends TemporaryBroker {
  /** The secret of one user's key. Whoever holds `testUser`'s may do everything. */
  seedOf(user: string): string;
  /** What a service reads from its environment to be let in; its streams are there already. */
  settingsOf(service: string): Readonly<Record<string, string>>;
  /** What the server refused so far, with the user's name. */
  violations(): readonly string[];
}

/** The test itself, which looks and meddles past the services. */
export const testUser = "test";

const everything = { publish: { allow: [">"], deny: [] }, subscribe: { allow: [">"] } };
const madeWithinMs = 60_000;

/** The half of a user's key that the broker knows. */
export const publicKeyOf = (seed: string) =>
  nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();

/** Its streams and durables are made with the key of a deployment's job. */
export async function keyedBroker(declared: readonly StreamTopology[]): Promise<KeyedBroker> {
  const users = [...brokerAccounts(declared), { name: testUser, permissions: everything }];
  const pairs = new Map(users.map(({ name }) => [name, nkeys.createUser()]));
  const keys = [...pairs].map(([name, pair]) => [name, pair.getPublicKey()]);
  const nats = await temporaryBroker({
    users: [...natsKeys(Object.fromEntries(keys)), ...natsUsers(users)],
  });
  const seedOf = (name: string) => {
    const pair = pairs.get(name);
    if (!pair) throw new Error(`the broker knows no user ${name}`);
    return new TextDecoder().decode(pair.getSeed());
  };
  await makeStreams(nats.url, declared, seedOf(topologyUser));
  return {
    ...nats,
    seedOf,
    violations: () =>
      readFileSync(join(dirname(nats.storeDir), "nats.log"), "utf8")
        .split("\n")
        .filter((line) => /violation/i.test(line))
        .map((line) => named(line, keys)),
    settingsOf: (service) => ({ NATS_NKEY_SEED: seedOf(service), TOPOLOGY: "expect" }),
    [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose](),
  };
}

/** The line with the user's name for its key. */
const named = (line: string, keys: readonly (readonly string[])[]) =>
  keys.reduce((text, [name = "", key = ""]) => text.replaceAll(key, name), line);

async function makeStreams(
  url: string,
  declared: readonly StreamTopology[],
  seed: string,
): Promise<void> {
  const user = { name: topologyUser, seed };
  const broker = openJetStream({ servers: [url], name: "topology", user, clock: systemClock });
  try {
    await applyTopology(await broker.connection(madeWithinMs), declared);
  } finally {
    await broker.close();
  }
}
