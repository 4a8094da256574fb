import { connect, type NatsConnection } from "nats";
import { Failure } from "./failure.ts";

const connectWithinMs = 3_000;

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
  try {
    return await connect({
      servers: natsUrl.split(","),
      name: "qb",
      timeout: connectWithinMs,
      reconnect: false,
    });
  } catch (cause) {
    throw new Failure("unreachable", `the broker does not answer at ${hostsOf(natsUrl)}`, {
      cause,
      next: "bun run dev, or say where it is: qb --nats-url URL …",
    });
  }
}

/** The addresses without the passwords in them. */
export const hostsOf = (urls: string) => urls.replace(/\/\/[^@/,]*@/g, "//");
