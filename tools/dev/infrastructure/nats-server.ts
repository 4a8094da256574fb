import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { containerName, removeContainer, runCommand, signalContainer } from "./container.ts";
import { dataDirectoryLock } from "./data-directory.ts";
import { type ManagedServer, type ServerSpec, startServer } from "./managed-server.ts";
import type { NatsProgram } from "./nats-binary.ts";
import { endOrphan } from "./orphan.ts";
import { freePort } from "./ports.ts";

export interface NatsOptions {
  readonly program: NatsProgram;
  /** Holds `jetstream/`, the configuration, the log and the lock; made when missing. */
  readonly directory: string;
  readonly port?: number;
  /** Serves the monitoring pages on 127.0.0.1. */
  readonly monitoringPort?: number;
  /** Removes the directory after the last stop. */
  readonly throwAway?: boolean;
  /** Put before the command, such as the way onto a small disk. */
  readonly enter?: readonly string[];
  /** What people call it; `nats-server` unless told. */
  readonly label?: string;
  /** Makes it a node of a cluster. */
  readonly cluster?: ClusterMembership;
  /** Lines of configuration that say who may connect, and for what; without them anybody may. */
  readonly users?: readonly string[];
}

/** How a node finds the others. */
export interface ClusterMembership {
  readonly name: string;
  /** Where this node listens for the others. */
  readonly port: number;
  /** Where it finds them, as `nats://` urls; it is told of no other way to them. */
  readonly routes: readonly string[];
  /** Where the data lasts: the others know a node and its copies by its name, so it must keep it. */
  readonly node?: string;
}

export interface NatsServer extends ManagedServer {
  readonly url: string;
  /** The name by which the server knows itself, unlike any other's. */
  readonly serverName: string;
  /** JetStream's files; to be copied or replaced only while the server is down. */
  readonly storeDirectory: string;
}

const CONFIGURATION = "nats.conf";
const PID_FILE = "nats.pid";
const STORE = "jetstream";
const START_DEADLINE_MS = 15_000;
// The first run of an image pulls it.
const PULL_DEADLINE_MS = 300_000;
const STOP_GRACE_MS = 10_000;
const GREETING_DEADLINE_MS = 1_000;
const MAX_PAYLOAD_BYTES = 1024 * 1024;
const STORE_MAX_BYTES = 32 * 1024 ** 3;
const MEMORY_STORE_MAX_BYTES = 256 * 1024 ** 2;

/** Starts nats-server with JetStream on 127.0.0.1. */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { program, directory } = options;
  mkdirSync(directory, { recursive: true });
  const lock = dataDirectoryLock(directory, "nats-server");
  try {
    const port = options.port ?? (await freePort());
    // Told apart by its name from another server that took the port in the same moment.
    const name = options.cluster?.node ?? `quickbite-${crypto.randomUUID()}`;
    const how =
      "image" in program
        ? inContainer(options, { image: program.image, name, port })
        : fromBinary(options, { path: program.path, name, port });
    const server = await startServer({
      name: options.label ?? "nats-server",
      port,
      logFile: join(directory, "nats.log"),
      stopSignal: "SIGTERM",
      stopGraceMs: STOP_GRACE_MS,
      isReady: () => greets(port, name),
      lock,
      ...how,
      ...(options.throwAway && { throwAway: directory }),
    });
    const storeDirectory = join(directory, STORE);
    const url = `nats://127.0.0.1:${port}`;
    return Object.assign(server, { url, serverName: name, storeDirectory });
  } catch (error) {
    lock.release();
    throw error;
  }
}

type How = Pick<ServerSpec, "command" | "startDeadlineMs" | "beforeStart" | "signalContainer">;

function fromBinary(
  { directory, monitoringPort, cluster, users, enter = [] }: NatsOptions,
  { path, name, port }: { path: string; name: string; port: number },
): How {
  const configuration = join(directory, CONFIGURATION);
  const listen = { client: `127.0.0.1:${port}`, ...monitoringOn("127.0.0.1", monitoringPort) };
  writeFileSync(configuration, configurationFor({ name, listen, directory, cluster, users }));
  return {
    command: [...enter, path, "--config", configuration],
    startDeadlineMs: START_DEADLINE_MS,
    beforeStart: () =>
      endOrphan({ pidFile: join(directory, PID_FILE), directory, signal: "SIGTERM" }),
  };
}

/** Without monitoring and cluster: only one port is published. */
function inContainer(
  { directory, cluster, users, enter }: NatsOptions,
  { image, name, port }: { image: string; name: string; port: number },
): How {
  if (cluster ?? enter)
    throw new Error("a cluster or a small disk needs nats-server's own program");
  const inside = "/quickbite";
  const container = containerName(directory);
  const listen = { client: "0.0.0.0:4222" };
  writeFileSync(
    join(directory, CONFIGURATION),
    configurationFor({ name, listen, directory: inside, users }),
  );
  return {
    command: runCommand({
      image,
      name: container,
      port: { outside: port, inside: 4222 },
      mount: { outside: directory, inside },
      variables: [],
      args: ["--config", `${inside}/${CONFIGURATION}`],
    }),
    startDeadlineMs: PULL_DEADLINE_MS,
    beforeStart: () => removeContainer(container),
    signalContainer: (signal) => signalContainer(container, signal),
  };
}

function monitoringOn(host: string, port: number | undefined): { monitoring?: string } {
  return port === undefined ? {} : { monitoring: `${host}:${port}` };
}

/** Durability and limits are the server's own defaults except where the contract says otherwise. */
function configurationFor(of: {
  readonly name: string;
  readonly listen: { readonly client: string; readonly monitoring?: string };
  readonly directory: string;
  readonly cluster?: ClusterMembership | undefined;
  readonly users?: readonly string[] | undefined;
}): string {
  const { client, monitoring } = of.listen;
  return [
    `server_name: ${JSON.stringify(of.name)}`,
    `listen: ${JSON.stringify(client)}`,
    ...(monitoring ? [`http: ${JSON.stringify(monitoring)}`] : []),
    `pid_file: ${JSON.stringify(join(of.directory, PID_FILE))}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    ...(of.cluster ? clusterBlock(of.cluster) : []),
    "jetstream {",
    `  store_dir: ${JSON.stringify(join(of.directory, STORE))}`,
    `  max_file_store: ${STORE_MAX_BYTES}`,
    `  max_memory_store: ${MEMORY_STORE_MAX_BYTES}`,
    "}",
    ...(of.users ?? []),
    "",
  ].join("\n");
}

/** Nodes tell each other of further ways to reach one: of this one they tell a port where nobody is. */
function clusterBlock({ name, port, routes }: ClusterMembership): readonly string[] {
  return [
    "cluster {",
    `  name: ${JSON.stringify(name)}`,
    `  listen: "127.0.0.1:${port}"`,
    '  advertise: "127.0.0.1:1"',
    "  no_advertise: true",
    `  routes: ${JSON.stringify(routes)}`,
    "}",
  ];
}

/** Whether the server of that name says hello on the port, with JetStream on. */
async function greets(port: number, name: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, chunk) => resolve(chunk.toString()),
      close: () => reject(new Error(`port ${port} closed without a word`)),
    },
  });
  const timer = setTimeout(() => reject(new Error(`port ${port} is silent`)), GREETING_DEADLINE_MS);
  try {
    const greeting = await promise;
    return (
      greeting.startsWith("INFO ") &&
      greeting.includes(`"server_name":"${name}"`) &&
      greeting.includes('"jetstream":true')
    );
  } finally {
    clearTimeout(timer);
    socket.end();
  }
}
