import { streams } from "@app/contracts/topology.ts";
import { systemClock as clock } from "@app/platform/clock.ts";
import { openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import {
  applyTopology,
  type TopologyChange,
  TopologyError,
} from "@app/platform/messaging/topology.ts";
import { NATS_VERSION_MIN } from "../infrastructure/nats-binary.ts";
import { Advice } from "./advice.ts";

const CONNECT_LIMIT_MS = 10_000;
/** A new cluster elects its first leader for some seconds, in which it answers nobody. */
const ELECTED_LIMIT_MS = 60_000;
const ELECTED_POLL_MS = 100;

/**
 * Makes the streams and durables as they are declared, with so many copies of each message, and
 * returns what had to be changed.
 */
export async function prepareStreams(
  natsUrl: string,
  { copies }: { readonly copies: number },
): Promise<readonly TopologyChange[]> {
  const servers = natsUrl.split(",").map((server) => server.trim());
  const broker = openJetStream({ servers, name: "dev run", clock });
  try {
    const connection = await connected(() => broker.connection(CONNECT_LIMIT_MS));
    const version = connection.info?.version ?? "0.0.0";
    if (Bun.semver.order(version, NATS_VERSION_MIN) < 0) {
      throw new Advice(
        `NATS_URL names a nats-server ${version}, needed is ${NATS_VERSION_MIN} or newer.`,
        "Unset it to run one that comes with this repository.",
      );
    }
    const apply = () => applyTopology(connection, streams, { replicas: copies });
    return await (copies > 1 ? onceElected(apply) : apply());
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    throw new Advice(
      `the streams cannot be made as declared: ${error.message}`,
      "`bun run qb topology apply --destructive` changes them, `bun run dev --fresh` begins anew.",
      { cause: error },
    );
  } finally {
    await broker.close();
  }
}

/** Tries until the cluster has a leader; what it then refuses is final. */
async function onceElected<Result>(apply: () => Promise<Result>): Promise<Result> {
  const giveUpAt = performance.now() + ELECTED_LIMIT_MS;
  for (;;) {
    try {
      return await apply();
    } catch (error) {
      if (error instanceof TopologyError || performance.now() > giveUpAt) throw error;
    }
    await Bun.sleep(ELECTED_POLL_MS);
  }
}

/** One change in one line: `+ stream ORDERS`, `~ stream ORDERS (max_age: 1 → 2)`. */
export function lineOf({ action, kind, name, differences }: TopologyChange): string {
  if (action === "create") return `+ ${kind} ${name}`;
  if (action === "delete") return `- ${kind} ${name}`;
  const fields = differences.map(
    ({ field, actual, declared }) =>
      `${field}: ${JSON.stringify(actual)} → ${JSON.stringify(declared)}`,
  );
  return `~ ${kind} ${name} (${fields.join(", ")})`;
}

async function connected<Result>(connect: () => Promise<Result>): Promise<Result> {
  try {
    return await connect();
  } catch (cause) {
    throw new Advice(
      `nats-server does not answer: ${cause instanceof Error ? cause.message : cause}`,
      "Check NATS_URL, or unset it to run a nats-server that comes with this repository.",
      { cause },
    );
  }
}
