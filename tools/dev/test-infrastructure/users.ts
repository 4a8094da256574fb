import type { Socket } from "bun";
import { encode, type KeeperMessage, messagesInto, type UserMessage } from "./protocol.ts";

/** The keeper's side of its users' connections. */
export interface Users {
  readonly port: number;
  /** Done when there is nobody left, or nobody came in time. */
  readonly allGone: Promise<void>;
  /** Tells all users, and whoever comes later unless something newer was told since. */
  tell(message: KeeperMessage): void;
  /** From here on new users are refused. */
  close(): void;
  /** Answers those that wait to see the servers' end. */
  releaseLeaving(): void;
}

interface Session {
  readonly take: (chunk: Buffer) => void;
}

export function listenForUsers(options: {
  readonly secret: string;
  readonly firstUserDeadlineMs: number;
}): Users {
  const users = new Set<Socket<Session>>();
  const leaving = new Set<Socket<Session>>();
  const allGone = Promise.withResolvers<void>();
  let news: KeeperMessage | undefined;

  const forget = (user: Socket<Session>) => {
    if (users.delete(user) && users.size === 0) allGone.resolve();
  };
  const welcome = (user: Socket<Session>) => {
    users.add(user);
    if (news) user.write(encode(news));
  };
  const answer = (user: Socket<Session>, message: UserMessage) => {
    if ("secret" in message) {
      if (message.secret === options.secret) welcome(user);
      else user.end();
    } else if (users.size > 1) {
      forget(user);
      user.end(encode({ goodbye: "others remain" }));
    } else if (users.has(user)) {
      leaving.add(user);
      forget(user);
    }
  };
  const listener = Bun.listen<Session>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (user) => {
        user.data = { take: messagesInto<UserMessage>((message) => answer(user, message)) };
      },
      data: (user, chunk) => user.data.take(chunk),
      close: forget,
    },
  });
  setTimeout(() => users.size === 0 && allGone.resolve(), options.firstUserDeadlineMs);

  return {
    port: listener.port,
    allGone: allGone.promise,
    tell(message) {
      news = message;
      for (const user of users) user.write(encode(message));
    },
    close: () => listener.stop(),
    releaseLeaving() {
      for (const user of leaving) user.end(encode({ goodbye: "stopped" }));
    },
  };
}
