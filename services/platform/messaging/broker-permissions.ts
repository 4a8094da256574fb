import { inboxOf, operatorUser, topologyUser } from "./broker-user.ts";
import { type StreamTopology, topologyOf } from "./topology.ts";

/** What a broker's user may say and hear, as subjects with NATS wildcards. */
export interface BrokerPermissions {
  readonly publish: {
    readonly allow: readonly string[];
    /** Exceptions from what is allowed: a wildcard stands for a whole token only. */
    readonly deny: readonly string[];
  };
  readonly subscribe: { readonly allow: readonly string[] };
}

/** Who has a key to the broker, and for what. */
export interface BrokerAccount {
  readonly name: string;
  readonly permissions: BrokerPermissions;
}

const api = "$JS.API";

/**
 * The broker's users, each with no more than its work needs: every service that publishes or listens,
 * and two for people and deployments. All of it follows from the topology.
 */
export function brokerAccounts(declared: readonly StreamTopology[]): readonly BrokerAccount[] {
  const owners = declared.map(({ owner }) => owner).filter((owner) => owner !== "platform");
  const listeners = declared.flatMap(({ durables }) => durables.map(({ service }) => service));
  const services = [...new Set([...owners, ...listeners])].sort();
  return [
    ...services.map((name) => ({ name, permissions: permissionsOf(name, declared) })),
    { name: topologyUser, permissions: topologyPermissions(declared) },
    { name: operatorUser, permissions: operatorPermissions(declared) },
  ];
}

/**
 * A service publishes its own messages, listens by its own durables, and reads the streams that it
 * publishes or listens to. It makes no stream and no durable: a stream can copy another.
 */
function permissionsOf(service: string, declared: readonly StreamTopology[]): BrokerPermissions {
  const needed = topologyOf(service, declared);
  const hints = `hints.*.${service}`;
  return {
    publish: {
      allow: [
        ...needed.flatMap((stream) => publishedTo(stream, service)),
        hints,
        ...needed.flatMap(({ name, durables }) => [
          `${api}.STREAM.INFO.${name}`,
          `${api}.STREAM.MSG.GET.${name}`,
          `${api}.CONSUMER.INFO.${name}.*`,
          ...readingOf(name),
          ...durables
            .filter((durable) => durable.service === service)
            .flatMap((durable) => [
              `${api}.CONSUMER.PAUSE.${name}.${durable.name}`,
              `$JS.ACK.${name}.${durable.name}.>`,
            ]),
        ]),
        `${api}.INFO`,
      ],
      deny: needed.flatMap(({ name, durables }) =>
        durables.flatMap((durable) => [
          ...unchangeable(name, durable.name),
          ...(durable.service === service
            ? []
            : [`${api}.CONSUMER.MSG.NEXT.${name}.${durable.name}`]),
        ]),
      ),
    },
    subscribe: { allow: [`${inboxOf({ name: service })}.>`, hints] },
  };
}

/** A stream of the platform's has subjects for each service: those that begin with its name, or end with it. */
function publishedTo({ owner, subjects }: StreamTopology, service: string): readonly string[] {
  if (owner === service) return subjects;
  if (owner !== "platform") return [];
  return subjects.flatMap((subject) => {
    if (subject.startsWith(`${service}.`)) return [subject];
    return subject.endsWith(".*") ? [subject.replace(/\*$/, service)] : [];
  });
}

/** Readers come and go, under names of their own. */
const readingOf = (stream: string) => [
  `${api}.CONSUMER.CREATE.${stream}.>`,
  `${api}.CONSUMER.MSG.NEXT.${stream}.*`,
  `${api}.CONSUMER.DELETE.${stream}.*`,
];

/** Under a reader's rights nobody makes a durable anew, or does away with it. */
const unchangeable = (stream: string, durable: string) => [
  `${api}.CONSUMER.CREATE.${stream}.${durable}`,
  `${api}.CONSUMER.CREATE.${stream}.${durable}.>`,
  `${api}.CONSUMER.DELETE.${stream}.${durable}`,
];

/** Makes and changes what is declared, and neither reads a message nor deletes a stream. */
function topologyPermissions(declared: readonly StreamTopology[]): BrokerPermissions {
  return {
    publish: {
      allow: [
        `${api}.INFO`,
        ...declared.flatMap(({ name, durables }) => [
          `${api}.STREAM.INFO.${name}`,
          `${api}.STREAM.CREATE.${name}`,
          `${api}.STREAM.UPDATE.${name}`,
          ...durables.flatMap((durable) => [
            `${api}.CONSUMER.INFO.${name}.${durable.name}`,
            `${api}.CONSUMER.CREATE.${name}.${durable.name}`,
            `${api}.CONSUMER.DURABLE.CREATE.${name}.${durable.name}`,
          ]),
        ]),
      ],
      deny: [],
    },
    subscribe: { allow: [`${inboxOf({ name: topologyUser })}.>`] },
  };
}

/** Everything that is done to streams as a whole; it speaks for no service. */
function operatorPermissions(declared: readonly StreamTopology[]): BrokerPermissions {
  return {
    publish: {
      allow: [
        `${api}.INFO`,
        `${api}.STREAM.NAMES`,
        `${api}.STREAM.LIST`,
        ...declared.flatMap(({ name }) => [
          // Shown, made, changed, emptied, deleted, saved and put back, and so with its messages.
          `${api}.STREAM.*.${name}`,
          `${api}.STREAM.MSG.*.${name}`,
          `${api}.CONSUMER.*.${name}`,
          `${api}.CONSUMER.INFO.${name}.*`,
          `${api}.CONSUMER.DURABLE.CREATE.${name}.*`,
          ...readingOf(name),
          // The pieces of a copy, acknowledged or brought back.
          `$JS.SNAPSHOT.ACK.${name}.>`,
          `$JS.SNAPSHOT.RESTORE.${name}.>`,
        ]),
      ],
      // What waits for a service is for it alone, and does not get lost on somebody who looks.
      deny: declared.flatMap(({ name, durables }) =>
        durables.map((durable) => `${api}.CONSUMER.MSG.NEXT.${name}.${durable.name}`),
      ),
    },
    subscribe: { allow: [`${inboxOf({ name: operatorUser })}.>`] },
  };
}
