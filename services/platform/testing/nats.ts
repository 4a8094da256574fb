import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ManagedServer } from "@app/dev/infrastructure/managed-server.ts";
import { startNats } from "@app/dev/infrastructure/nats-server.ts";
import { openSmallDisk, type SmallDisk } from "@app/dev/infrastructure/small-disk.ts";
import { findNats } from "@app/dev/infrastructure.ts";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";

/** A nats-server of one test's own. */
export interface TemporaryBroker extends AsyncDisposable {
  readonly url: string;
  /** To be stopped, killed, paused and restarted at will; the port and the data stay. */
  readonly server: ManagedServer;
  /** JetStream's files; to be copied or replaced only while the server is down. */
  readonly storeDir: string;
  /** Where its store lies, when it was given a disk of its own. */
  readonly disk: SmallDisk | undefined;
}

export interface TemporaryBrokerOptions {
  /** Keeps the store on a disk of that size. */
  readonly diskBytes?: number | undefined;
  /** Lines of configuration that say who may connect, and for what; without them anybody may. */
  readonly users?: readonly string[];
}

/**
 * A whole nats-server with JetStream, gone with its data at the end of the scope. Streams have fixed
 * names, so tests that share a server would share them too; a server of one's own takes 30 ms.
 */
export async function temporaryBroker({
  diskBytes,
  users,
}: TemporaryBrokerOptions = {}): Promise<TemporaryBroker> {
  const directory = join(scratchDirectory(), "brokers", crypto.randomUUID());
  mkdirSync(directory, { recursive: true });
  const disk =
    diskBytes === undefined
      ? undefined
      : await openSmallDisk({ directory: join(directory, "jetstream"), bytes: diskBytes });
  const server = await startNats({
    program: await findNats(),
    directory,
    throwAway: true,
    ...(disk && { enter: disk.enter }),
    ...(users && { users }),
  });
  return {
    url: server.url,
    server,
    storeDir: server.storeDirectory,
    disk,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await disk?.[Symbol.asyncDispose]();
    },
  };
}
