/** What a user may say and hear, as subjects with wildcards; all else is refused. */
export interface NatsUser {
  readonly name: string;
  readonly permissions: {
    readonly publish: { readonly allow: readonly string[]; readonly deny: readonly string[] };
    readonly subscribe: { readonly allow: readonly string[] };
  };
}

/** Stands for the public half of a user's nkey, which differs from one installation to the next. */
export const nkeyVariable = (user: string) => `NKEY_${user.toUpperCase().replaceAll("-", "_")}`;

/**
 * The part of nats-server's configuration that says who may do what. The public keys are variables,
 * which have to be defined before.
 */
export function natsUsers(users: readonly NatsUser[]): readonly string[] {
  return [
    "authorization {",
    "  users: [",
    ...users.flatMap(({ name, permissions: { publish, subscribe } }) => [
      "    {",
      `      # ${name}`,
      `      nkey: $${nkeyVariable(name)}`,
      "      permissions: {",
      "        publish: {",
      ...subjectList("allow", publish.allow),
      ...(publish.deny.length > 0 ? subjectList("deny", publish.deny) : []),
      "        }",
      "        subscribe: {",
      ...subjectList("allow", subscribe.allow),
      "        }",
      "      }",
      "    }",
    ]),
    "  ]",
    "}",
  ];
}

/** The public keys, by their users' names, as nats-server's configuration reads them. */
export const natsKeys = (keys: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(keys).map(([user, key]) => `${nkeyVariable(user)}: ${JSON.stringify(key)}`);

const subjectList = (name: string, subjects: readonly string[]) => [
  `          ${name}: [`,
  ...subjects.map((subject) => `            ${JSON.stringify(subject)}`),
  "          ]",
];
