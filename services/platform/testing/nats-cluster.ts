import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type NatsServer, startNats } from "@app/dev/infrastructure/nats-server.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { findNats } from "@app/dev/infrastructure.ts";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";
import { type TcpProxy, tcpProxy } from "./tcp-proxy.ts";

/** Three nats-servers with one JetStream, each link between them and to their clients ours to spoil. */
export interface TemporaryCluster extends AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
  /** Every node by way of its client link, as a comma list. */
  readonly url: string;
}

export interface ClusterNode {
  /** As the cluster calls it. */
  readonly name: string;
  /** To be stopped, killed, paused and restarted at will; ports and data stay. */
  readonly server: NatsServer;
  /** The node by way of its client link. */
  readonly url: string;
  /** Cuts the node off as a pulled cable would: from the others, and from its clients too unless told. */
  isolate(options?: { readonly clients?: boolean }): Promise<void>;
  /** Puts every link of the node back. */
  rejoin(): Promise<void>;
}

const SIZE = 3;

/** A cluster of three on 127.0.0.1, gone with its data at the end of the scope. */
export async function temporaryCluster(): Promise<TemporaryCluster> {
  await using opened = new AsyncDisposableStack();
  const program = await findNats();
  const name = `quickbite-${crypto.randomUUID()}`;
  const numbers = Array.from({ length: SIZE }, (_, number) => number);
  const ports = await Promise.all(numbers.map(freePort));
  const links = new Map<string, TcpProxy>();
  const link = async (from: number, to: number) => {
    const target = `nats://127.0.0.1:${ports[to]}`;
    const proxy = opened.use(await tcpProxy({ target }));
    links.set(`${from}-${to}`, proxy);
    return proxy.through(target);
  };

  const nodes = await Promise.all(
    numbers.map(async (number): Promise<ClusterNode> => {
      const directory = join(scratchDirectory(), "brokers", crypto.randomUUID());
      mkdirSync(directory, { recursive: true });
      const others = numbers.filter((other) => other !== number);
      const routes = await Promise.all(others.map((other) => link(number, other)));
      const cluster = { name, port: ports[number] ?? 0, routes };
      const server = opened.use(await startNats({ program, directory, cluster, throwAway: true }));
      const clients = opened.use(await tcpProxy({ target: server.url }));
      const between = () =>
        [...links].filter(([ends]) => ends.split("-").includes(String(number))).map(([, it]) => it);
      return {
        name: server.serverName,
        server,
        url: clients.through(server.url),
        async isolate({ clients: cutClients = true } = {}) {
          const cut = cutClients ? [clients, ...between()] : between();
          await Promise.all(cut.map((proxy) => proxy.set("black-hole")));
        },
        async rejoin() {
          await Promise.all([clients, ...between()].map((proxy) => proxy.set("none")));
        },
      };
    }),
  );

  const owned = opened.move();
  return {
    nodes,
    url: nodes.map(({ url }) => url).join(","),
    async [Symbol.asyncDispose]() {
      // What is thrown away needs no clean stop, and two stopped nodes would keep the third waiting.
      await Promise.all(nodes.map(({ server }) => server.kill()));
      await owned.disposeAsync();
    },
  };
}
