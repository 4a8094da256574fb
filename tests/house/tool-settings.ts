/** What programs around the services read from their environment; their flags win over it. */
export const toolSettings: Readonly<Record<"qb" | "dev", Readonly<Record<string, string>>>> = {
  qb: {
    ORDERS_URL:
      "Where orders answers, and in the same way `INVENTORY_URL`, `EVENTS_URL`, `BOOKINGS_URL`, `USERS_URL` and `REVIEWS_URL`; without them the running dev run's, else the ports of the contract. With some of them `qb` looks at those alone.",
    WEB_URL: "Where the web answers, for what `qb doctor` looks at.",
    NATS_URL: "The broker; without it the running dev run's, else `nats://127.0.0.1:4222`.",
    NATS_NKEY_SEED:
      "The operator's key, where the broker asks for one; `NATS_NKEY_SEED_FILE` names a file that holds it. For `qb migrate` it is the topology's.",
    DATABASE_URL:
      "A server with the services' databases, for `qb migrate`, `qb doctor`, `qb backup` and `qb restore`.",
    ORDERS_DATABASE_URL:
      "The database of orders by its owner's role, for `qb backup` and `qb restore`, and in the same way `INVENTORY_DATABASE_URL` and so on; with `_FILE` behind the name, the file that holds it. Where some are named `qb backup` wants all of them, or `--services` with those that it is to back up.",
    QB_TOKEN: "Who acts, where operators need a token; `--token` says the same.",
    QB_PASSWORD: "The password for `qb user login`, which else reads it from stdin.",
    NO_COLOR: "No colours.",
  },
  dev: {
    DATABASE_URL: "A Postgres server of yours, instead of one that is started.",
    NATS_URL: "A nats-server of yours, instead of one that is started.",
    QUICKBITE_DATA_DIRECTORY: "Where data and logs are kept; `.quickbite` without it.",
    LOG_LEVEL: "`debug` starts the services with it.",
    NATS_SERVER_BIN: "The nats-server to start, instead of one that is looked for.",
    XDG_CACHE_HOME: "Below it downloaded servers are kept; `~/.cache` without it.",
    NO_COLOR: "No colours; `FORCE_COLOR` wants them where there is no terminal.",
  },
};
