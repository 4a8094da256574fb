import { streams } from "@app/contracts/topology.ts";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "nats";
import type { ClusterNode } from "./nats-cluster.ts";

/** A look at who leads, by way of nodes that are known to be well. */
export interface Observer extends AsyncDisposable {
  readonly jsm: JetStreamManager;
  /** Every stream and every durable has a leader that answers, and leads at this moment. */
  hasQuorum(): Promise<boolean>;
  /** How many replicas are missing or behind, over all streams and durables. */
  behind(): Promise<number>;
  /** The name of the node that leads a stream. */
  leaderOf(stream: string): Promise<string | undefined>;
}

const ASK_MS = 300;

export async function observe(nodes: readonly ClusterNode[]): Promise<Observer> {
  const nc = await connect({
    servers: nodes.map(({ server }) => server.url),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: ASK_MS });
  const groups = () =>
    Promise.all(
      streams.flatMap(({ name, durables }) => [
        jsm.streams.info(name).then(({ cluster }) => cluster),
        ...durables.map((durable) =>
          jsm.consumers.info(name, durable.name).then(({ cluster }) => cluster),
        ),
      ]),
    );

  return {
    jsm,
    hasQuorum: () =>
      groups().then(
        (all) => all.every((group) => Boolean(group?.leader)),
        // No answer is what it is like without a leader.
        () => false,
      ),
    async behind() {
      const all = await groups();
      return all.flatMap((group) => (group?.replicas ?? []).filter(({ current }) => !current))
        .length;
    },
    leaderOf: async (stream) => (await jsm.streams.info(stream)).cluster?.leader,
    [Symbol.asyncDispose]: () => nc.close(),
  };
}
