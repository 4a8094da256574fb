import { connect, type NatsConnection, type Server } from "nats";
import type { Clock } from "../clock.ts";
import type { Published } from "./answer-watch.ts";
import type { BrokerUser } from "./broker-user.ts";
import { connectionOptions } from "./jetstream-connect.ts";

/** Moves a connection to a server that is known to be of use. */
export interface Elsewhere {
  /**
   * Publishes the message by way of each other server in turn, a few times while it is wanted. The
   * first that gets it stored is where the connection goes; while there is none it stays where it
   * is. A second call while one is under way does nothing.
   */
  seek(nc: NatsConnection, message: Published, wanted: () => boolean): Promise<void>;
  /** Which server to dial next, for the client; null leaves the choice to it. */
  choose(pool: readonly Server[]): Server | null;
}

/** A server in the same cluster that has a leader answers in milliseconds. */
const answerMs = 500;
const dialMs = 1_000;
const roundsMax = 10;
const restMs = 250;

/** It is published under the same id, so that whoever stores it twice calls the second a duplicate. */
export function elsewhere({
  servers,
  name,
  user,
  clock,
}: {
  readonly servers: readonly string[];
  readonly name: string;
  readonly user: BrokerUser | undefined;
  readonly clock: Clock;
}): Elsewhere {
  let seeking = false;
  let chosen: string | undefined;

  const takes = async (server: string, { subject, payload, headers }: Published) => {
    const options = connectionOptions({ servers: [server], name, user });
    const nc = await connect({ ...options, reconnect: false, timeout: dialMs });
    try {
      const answer = await nc.request(subject, payload, { headers, timeout: answerMs });
      return !answer.json<{ error?: unknown }>().error;
    } finally {
      await nc.close();
    }
  };

  /** Whether one was found. */
  const round = async (nc: NatsConnection, message: Published) => {
    for (const server of servers.filter((each) => !isAt(each, nc.getServer()))) {
      // One that cannot be reached is none that takes it.
      if (!(await takes(server, message).catch(() => false))) continue;
      if (nc.isClosed()) return true;
      chosen = server;
      await nc.reconnect();
      return true;
    }
    return false;
  };

  return {
    async seek(nc, message, wanted) {
      if (seeking) return;
      seeking = true;
      try {
        for (let rounds = 0; rounds < roundsMax && wanted() && !nc.isClosed(); rounds += 1) {
          if (await round(nc, message)) return;
          await clock.sleep(restMs);
        }
      } finally {
        seeking = false;
      }
    },
    choose(pool) {
      const found = pool.find(({ listen }) => chosen !== undefined && isAt(chosen, listen));
      chosen = undefined;
      return found ?? null;
    },
  };
}

/** Whether a url names the server that listens at `host:port`. */
function isAt(url: string, listen: string): boolean {
  return url.slice(url.indexOf("://") === -1 ? 0 : url.indexOf("://") + 3).split("/")[0] === listen;
}
