import { streams } from "@app/contracts/topology.ts";
import { natsUsers } from "@app/dev/infrastructure/nats-users.ts";
import { brokerAccounts } from "@app/platform/messaging/broker-permissions.ts";

/** Where every way to deploy finds who may do what at the broker. */
export const natsUsersFile = "deploy/nats/users.conf";

/** Its content, from the topology and the contracts. */
export const natsUsersText = (): string =>
  [
    "# Who may do what at the broker: written by `bun tests/house/write-nats-users.ts` from proto/topology.ts.",
    "# The public keys are an installation's own, made by deploy/secrets/make-secrets.sh.",
    'include "nkeys.conf"',
    "",
    ...natsUsers(brokerAccounts(streams)),
    "",
  ].join("\n");
