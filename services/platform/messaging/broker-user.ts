import { type ConnectionOptions, nkeyAuthenticator } from "nats";

/** As whom a connection is made. */
export interface BrokerUser {
  /** One token of a subject. Answers to this user go where it alone may listen. */
  readonly name: string;
  /** The seed of its nkey; none where the server asks for none. */
  readonly seed?: string | undefined;
}

/** Who makes streams and durables: no service may, or it could make one that reads another's. */
export const topologyUser = "topology";

/** Whoever keeps the broker: looks into it, saves it and puts it back. */
export const operatorUser = "operator";

/** Where answers to a user go: `<prefix>.>`. */
export const inboxOf = ({ name }: Pick<BrokerUser, "name">) => `_INBOX.${name}`;

/** What the client has to know of whom it connects as. */
export function asBrokerUser(
  user: BrokerUser | undefined,
): Pick<ConnectionOptions, "inboxPrefix" | "authenticator"> {
  if (user === undefined) return {};
  const inboxPrefix = inboxOf(user);
  if (user.seed === undefined) return { inboxPrefix };
  return { inboxPrefix, authenticator: nkeyAuthenticator(new TextEncoder().encode(user.seed)) };
}
