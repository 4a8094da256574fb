import { readConfig } from "@app/platform/config.ts";
import { asBrokerUser, operatorUser } from "@app/platform/messaging/broker-user.ts";
import { nkeySeed } from "@app/platform/settings.ts";
import { AuthorizationError, connect, type NatsConnection } from "nats";
import { z } from "zod";
import { Failure } from "./failure.ts";

const connectWithinMs = 3_000;

/** The operator's key, where the broker asks for one; as everywhere it may stand in a file. */
const Credentials = z.object({ NATS_NKEY_SEED: nkeySeed().optional() });

/** Works on a connection to the broker, and closes it. */
export async function withBroker<Result>(
  natsUrl: string,
  work: (connection: NatsConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await connectOnce(natsUrl);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** A person waits: a broker that is away is told at once, not waited for. */
async function connectOnce(natsUrl: string): Promise<NatsConnection> {
  const { NATS_NKEY_SEED: seed } = readConfig(Credentials);
  try {
    return await connect({
      servers: natsUrl.split(","),
      name: "qb",
      ...asBrokerUser({ name: operatorUser, seed }),
      timeout: connectWithinMs,
      reconnect: false,
    });
  } catch (cause) {
    if (cause instanceof AuthorizationError) {
      throw new Failure("failed", `the broker at ${hostsOf(natsUrl)} does not let us in`, {
        cause,
        next: "NATS_NKEY_SEED_FILE=secrets/operator-nkey qb …",
      });
    }
    throw new Failure("unreachable", `the broker does not answer at ${hostsOf(natsUrl)}`, {
      cause,
      next: "bun run dev, or say where it is: qb --nats-url URL …",
    });
  }
}

/** The addresses without the passwords in them. */
export const hostsOf = (urls: string) => urls.replace(/\/\/[^@/,]*@/g, "//");
