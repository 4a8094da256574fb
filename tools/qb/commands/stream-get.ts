import type { StoredMessage } from "@app/platform/messaging/broker.ts";
import { readStream } from "@app/platform/messaging/jetstream-read.ts";
import type { Command } from "commander";
import { withBroker } from "../broker.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { instant } from "../options.ts";
import type { Run } from "../program.ts";
import { type Kept, keptOf, stateAt } from "../stream-state.ts";

interface GetFlags {
  readonly at?: Date;
}

const answerWithinMs = 5_000;
/** Nothing has more messages than somebody could have sent by hand. */
const messagesMax = 100_000;

/** What the streams that keep everything know of the past. */
export function streamGetCommand(stream: Command, run: Run): void {
  stream
    .command("get")
    .argument("<key>", "event/<uuid>, location/<uuid> or booking/<uuid>")
    .option("--at <time>", "RFC 3339, such as 2026-05-04T12:00:00Z; now when left out", instant)
    .description("tell what something was at a past moment, from its messages")
    .action(run((context, flags: GetFlags, key) => get(context, flags, key)));
}

async function get({ targets, out }: Context, { at }: GetFlags, text: string): Promise<void> {
  const kept = keptOf(text);
  const messages = await messagesOf(targets.natsUrl, kept);
  const moment = at ?? new Date();
  const found = stateAt(kept, messages, moment);
  if (!found) {
    const said = messages.length === 0 ? "at all" : `at ${moment.toISOString()}`;
    throw new Failure("refused", `nothing had been said of ${kept.key} ${said}`, {
      next: messages.length === 0 ? "qb topology plan" : `qb stream get ${kept.key}`,
    });
  }
  out.data(found);
  const { type, time, stream, sequence } = found.message;
  out.record([
    ["key", found.key],
    ["at", found.at],
    ["version", found.version],
    ["said by", `${type} of ${time}, ${sequence} in ${stream}`],
    ...Object.entries(found.state).map(([name, value]) => [name, shown(value)] as const),
  ]);
}

async function messagesOf(natsUrl: string, { stream, subject }: Kept) {
  return withBroker(natsUrl, async (connection) => {
    const messages: StoredMessage[] = [];
    const limits = { timeoutMs: answerWithinMs, broken: new AbortController().signal };
    for await (const message of readStream(connection, stream, { subject }, limits)) {
      messages.push(message);
      if (messages.length > messagesMax)
        throw new Failure("failed", `${subject} has more than ${messagesMax} messages`);
    }
    return messages;
  });
}

const shown = (value: unknown): string | number =>
  typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
