import {
  type ConnectionOptions,
  connect,
  type NatsConnection,
  type ReconnectToServerHandler,
} from "nats";
import type { Clock } from "../clock.ts";
import { asBrokerUser, type BrokerUser } from "./broker-user.ts";

export interface ConnectOptions {
  readonly servers: readonly string[];
  /** Shown in the server's connection list. */
  readonly name: string;
  readonly user?: BrokerUser | undefined;
  readonly clock: Clock;
  /** Chooses the server to dial. */
  readonly choose: ReconnectToServerHandler;
  /** Is told why an attempt failed. */
  readonly onFailure: (error: unknown) => void;
}

const retryMs = 250;
const dialMs = 2_000;

/**
 * Connects, trying for ever until `signal` aborts; then it rejects. The client's own wait for its
 * first connection cannot be given up and would keep a process alive. Once made, the connection
 * renews itself.
 */
export async function connectForEver(
  { servers, name, user, clock, choose, onFailure }: ConnectOptions,
  signal: AbortSignal,
): Promise<NatsConnection> {
  let lastFailure: unknown;
  while (!signal.aborted) {
    const connection = await connect({
      ...connectionOptions({ servers, name, user }),
      reconnectToServer: choose,
    }).catch((error: unknown) => {
      lastFailure = error;
      onFailure(error);
    });
    if (connection && signal.aborted) await connection.close();
    else if (connection) return connection;
    await clock.sleep(retryMs, signal);
  }
  throw new Error("the broker connection is closed", { cause: lastFailure });
}

/** How every connection of ours is made. */
export function connectionOptions({
  servers,
  name,
  user,
}: Pick<ConnectOptions, "servers" | "name" | "user">): ConnectionOptions {
  return {
    servers: [...servers],
    name,
    ...asBrokerUser(user),
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: retryMs,
    reconnectJitter: retryMs,
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: dialMs,
    ignoreAuthErrorAbort: true,
  };
}
