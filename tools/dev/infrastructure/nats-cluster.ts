import { join } from "node:path";
import type { NatsProgram } from "./nats-binary.ts";
import { type NatsServer, startNats } from "./nats-server.ts";
import { freePort } from "./ports.ts";

export interface NatsClusterOptions {
  readonly program: NatsProgram;
  /** Each node has a directory of its name below it. */
  readonly directory: string;
  /** Where each node listens for its clients; so many nodes there are. */
  readonly ports: readonly number[];
  /** Removes the nodes' directories after the last stop. */
  readonly throwAway: boolean;
}

/**
 * Starts nats-servers with one JetStream on 127.0.0.1. Their names follow from their directory, so
 * that they are the same nodes at the next start, and strangers to those of every other run.
 */
export async function startNatsCluster(
  options: NatsClusterOptions,
): Promise<readonly NatsServer[]> {
  const { program, directory, ports, throwAway } = options;
  const name = `quickbite-${Bun.hash(directory).toString(36)}`;
  const nodes = await Promise.all(
    ports.map(async (port, index) => ({
      label: `nats-${index + 1}`,
      port,
      clusterPort: await freePort(),
    })),
  );

  const starting = nodes.map(({ label, port, clusterPort }) => {
    const others = nodes.filter((other) => other.label !== label);
    const routes = others.map((other) => `nats://127.0.0.1:${other.clusterPort}`);
    const cluster = { name, port: clusterPort, routes, node: `${name}-${label}` };
    return startNats({
      program,
      directory: join(directory, label),
      label,
      port,
      cluster,
      throwAway,
    });
  });
  const started = await Promise.allSettled(starting);
  const servers = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = started.find((each) => each.status === "rejected");
  if (!failed) return servers;
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  throw failed.reason;
}
