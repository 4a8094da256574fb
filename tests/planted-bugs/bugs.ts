import type { Substitution } from "./substitute.ts";

/** A mistake that the design rules out, to be put in by hand so that the checkers can be checked. */
export interface PlantedBug {
  readonly name: string;
  /** What the code does wrong with it. */
  readonly does: string;
  readonly substitutions: readonly Substitution[];
}

const messaging = "services/platform/messaging";
const modelOrders = "tests/simulation/models/model-orders.ts";
const deadlines = "services/orders/store/deadlines.ts";

/** A hole in a template of the code that a bug is planted in. */
const hole = (expression: string) => `$\{${expression}}`;
const ownNow = `${hole("new Date().toISOString()")}::timestamptz`;

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "ack-before-commit",
    does: "acknowledges a batch before its transaction, so that a crash between loses it",
    substitutions: [
      {
        file: `${messaging}/consumer.ts`,
        text: "  try {\n    await transact(options, messages, { alone: false });",
        instead:
          "  for (const one of batch) one.ack();\n  try {\n    await transact(options, messages, { alone: false });",
      },
    ],
  },
  {
    name: "cursor-on-outbox-id",
    does: "reads only rows with a higher id than the highest read, so that what commits late is skipped",
    substitutions: [
      {
        file: `${messaging}/relay-reader.ts`,
        text: "  let pollAtMs = 0;",
        instead: "  let pollAtMs = 0;\n  let cursor = 0;",
      },
      {
        file: `${messaging}/relay-reader.ts`,
        text: "const rows = await outbox.pending({ partition, from, limit, heldIds, heldKeys, closed });",
        instead: [
          "const all = await outbox.pending({ partition, from, limit, heldIds, heldKeys, closed });",
          "const rows = all.filter(({ id }) => id > cursor);",
          "cursor = Math.max(cursor, ...rows.map(({ id }) => id));",
        ].join("\n      "),
      },
    ],
  },
  {
    name: "no-inbox",
    does: "runs the handler again for a message that was handled before",
    substitutions: [
      {
        file: `${messaging}/batch.ts`,
        text: 'if (place === "duplicate" || held.get(key)?.has(version)) continue;',
        instead: [
          "if (held.get(key)?.has(version)) continue;",
          'if (place === "duplicate") {',
          "  const again = rules.payloads.read(message);",
          "  const handler = rules.handlers.get(message.type);",
          "  if (again.ok && !lane.blocked) run.push({ message, handler, body: again.body });",
          "  continue;",
          "}",
        ].join("\n    "),
      },
    ],
  },
  {
    name: "lanes-off",
    does: "handles messages of a key in the order in which they come",
    substitutions: [
      {
        file: `${messaging}/lane.ts`,
        text: '  if (version > lane.version + 1) return "early";\n',
        instead: "",
      },
    ],
  },
  {
    name: "two-of-a-key-in-flight",
    does: "publishes the next message of a key before the one under way is acknowledged",
    substitutions: [
      {
        file: `${messaging}/relay-queue.ts`,
        text: "      const message = queue.messages.shift();\n",
        instead: [
          "      const message = queue.messages.shift();",
          "      const [next] = queue.messages;",
          "      if (next) ready.add(streamOf(next.subject), key);\n",
        ].join("\n"),
      },
    ],
  },
  {
    name: "finish-before-puback",
    does: "moves a message to the sent ones before the broker has acknowledged it",
    substitutions: [
      {
        file: `${messaging}/relay-window.ts`,
        text: "      const ack = await broker.publish(message);\n",
        instead: [
          "      options.acknowledged({ id, stream, sequence: highestWhenSent + 1 });",
          "      const ack = await broker.publish(message);\n",
        ].join("\n"),
      },
      {
        file: `${messaging}/relay-window.ts`,
        text: "      options.acknowledged({ id, stream: ack.stream, sequence: ack.sequence });\n",
        instead: "",
      },
    ],
  },
  {
    name: "wake-only-by-hint",
    does: "reads the outbox when it is hinted at and never by itself",
    substitutions: [
      {
        file: `${messaging}/relay-reader.ts`,
        text: "isAll ? nowMs + pollMs : 0",
        instead: "isAll ? Number.POSITIVE_INFINITY : 0",
      },
    ],
  },
  {
    name: "redrive-without-compare-and-set",
    does: "runs a dead letter as it was read, whatever has become of it and of its lane meanwhile",
    substitutions: [
      {
        file: `${messaging}/redrive.ts`,
        text: "  const turn = await turnOf(tx, letter, order);\n  if (!turn.ok) return turn.refusal;\n",
        instead: "  const turn = { lane: (await tx.lockLanes([key])).get(key) };\n",
      },
      {
        file: `${messaging}/redrive.ts`,
        text: '  if (!(await tx.resolveDeadLetter(letter, "done"))) return changedMeanwhile(letter);\n',
        instead: '  await tx.resolveDeadLetter(letter, "done");\n',
      },
    ],
  },
  {
    name: "undelayed-nak",
    does: "gives a failed message back at once, so that its attempts are used up in milliseconds",
    substitutions: [
      {
        file: `${messaging}/handle-alone.ts`,
        text: "return nak(retryDelayMs(attempts, retry, random));",
        instead: "return nak(0);",
      },
    ],
  },
  {
    name: "suspects-by-delivery-count",
    does: "sets a message aside unrun by how often the broker delivered it, which its neighbours share",
    substitutions: [
      {
        file: `${messaging}/handle-alone.ts`,
        text: "    const abandoned = await markStarted(options, message.eventId);\n",
        instead: [
          "    await markStarted(options, message.eventId);",
          "    const abandoned = one.deliveries - 1;\n",
        ].join("\n"),
      },
      {
        file: `${messaging}/consumer.ts`,
        text: "      redelivered: delivery.redelivered,\n",
        instead:
          "      redelivered: delivery.redelivered,\n      deliveries: delivery.deliveries ?? 1,\n",
      },
      {
        file: `${messaging}/jetstream-subscription.ts`,
        text: "    redelivered: message.redelivered,\n",
        instead:
          "    redelivered: message.redelivered,\n    deliveries: message.info.deliveryCount,\n",
      },
      {
        file: "tests/simulation/broker/durable.ts",
        text: "pull.deliver(message, deliveries > 1);",
        instead: "pull.deliver({ ...message, deliveries }, deliveries > 1);",
      },
    ],
  },
  {
    name: "expiry-by-application-clock",
    does: "judges deadlines by the clock of its own process",
    substitutions: [
      {
        file: "tests/simulation/system/orders-process.ts",
        text: "overdueModelOrders(db, { deadlineMs, limit: atOnceMax })",
        instead:
          "overdueModelOrders(db, { deadlineMs, limit: atOnceMax, nowMs: clock.now().getTime() })",
      },
      {
        file: modelOrders,
        text: "  { deadlineMs, limit }: Deadlines,\n",
        instead: "  { deadlineMs, limit, nowMs }: Deadlines,\n",
      },
      {
        file: modelOrders,
        text: "const before = now - (",
        instead: "const before = nowMs - (",
      },
      {
        file: deadlines,
        text: `and ${hole("orders.createdAt")} <= now() - ${hole("deadline")}`,
        instead: `and ${hole("orders.createdAt")} <= ${ownNow} - ${hole("deadline")}`,
      },
      {
        file: deadlines,
        text: `and ${hole("brokerSeen.returnedAt")} <= now() - ${hole("deadline")}`,
        instead: `and ${hole("brokerSeen.returnedAt")} <= ${ownNow} - ${hole("deadline")}`,
      },
      {
        file: deadlines,
        text: `then sent.at <= now() - ${hole("deadline")}`,
        instead: `then sent.at <= ${ownNow} - ${hole("deadline")}`,
      },
    ],
  },
];

/** The bug of that name. Throws for a name that no bug has. */
export function bugNamed(name: string): PlantedBug {
  const bug = plantedBugs.find((known) => known.name === name);
  if (bug) return bug;
  const names = plantedBugs.map((known) => known.name).join(", ");
  throw new Error(`no planted bug is called ${name}; there are ${names}`);
}
