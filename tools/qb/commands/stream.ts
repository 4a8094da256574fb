import type { Command } from "commander";
import type { Context } from "../context.ts";
import { duration } from "../duration.ts";
import { Failure } from "../failure.ts";
import { instant, limitOption, wholeNumber } from "../options.ts";
import type { Run } from "../program.ts";
import { knownStreams, pageOf, type StreamFilter } from "../stream-pages.ts";
import { streamGetCommand } from "./stream-get.ts";

interface TailFlags {
  readonly from?: number;
  readonly since?: Date;
  readonly before?: number;
  readonly type?: string;
  readonly key?: string;
  readonly limit: string;
  readonly follow?: boolean;
  readonly payload?: boolean;
}

/** A sequence is far below what a number holds exactly. */
const sequenceMax = 999_999_999;
const lookEveryMs = 1_000;

/** What streams are at and what they hold, asked of the services that use them. */
export function streamCommands(program: Command, run: Run): void {
  const stream = program.command("stream").description("what streams are at and what they hold");
  const sequence = wholeNumber(1, sequenceMax);

  stream
    .command("ls")
    .description("list the streams: size, age, leader, and how they differ from what is declared")
    .action(run((context) => list(context)));

  stream
    .command("tail")
    .argument("<stream>", "such as ORDERS")
    .option("--from <sequence>", "read on from there, instead of the newest", sequence)
    .option("--before <sequence>", "the newest before there", sequence)
    .option("--since <time>", "read on from a time, RFC 3339", instant)
    .option("--type <type>", "only such messages, such as orders.v1.order_created")
    .option("--key <key>", "only of this aggregate, such as order/17")
    .option("--follow", "go on with what comes, until Ctrl-C")
    .option("--payload", "with what they say")
    .addOption(limitOption())
    .description("show messages of a stream, decoded by their contracts")
    .action(run((context, flags: TailFlags, name) => tail(context, flags, name)));

  streamGetCommand(stream, run);
}

async function list({ services, out }: Context): Promise<void> {
  const { streams, unanswered, requireAll } = await knownStreams(services);
  out.data({ streams, unanswered });
  out.table(
    [
      { title: "STREAM", value: ({ name }) => name, paint: (text, _row, { cyan }) => cyan(text) },
      { title: "OWNER", value: ({ owner }) => owner },
      { title: "MESSAGES", value: ({ state }) => state?.messages ?? null },
      { title: "KIB", value: ({ state }) => state && Math.round(state.bytes / 1024) },
      {
        title: "OF ITS ROOM",
        value: ({ state, declared }) =>
          state && `${((100 * state.bytes) / declared.maxBytes).toFixed(1)} %`,
      },
      {
        title: "KEEPS",
        value: ({ declared: { maxAgeSeconds } }) =>
          maxAgeSeconds === 0 ? "all" : duration(maxAgeSeconds * 1_000),
      },
      { title: "LEADER", value: ({ copies }) => copies?.leader ?? null },
      {
        title: "TROUBLE",
        value: ({ problem, drift }) =>
          problem ?? (drift.length > 0 ? `${drift.length} differences to what is declared` : null),
        paint: (text, _row, { red }) => red(text),
      },
    ],
    streams,
  );
  if (streams.some(({ drift }) => drift.length > 0)) out.say("\nTry next: qb topology plan");
  requireAll();
}

async function tail(
  { services, out }: Context,
  { follow = false, payload = false, since, ...flags }: TailFlags,
  name: string,
): Promise<void> {
  const ways = [flags.from, flags.before, since].filter((way) => way !== undefined);
  if (ways.length > 1 || (follow && flags.before !== undefined)) {
    throw new Failure("usage", "say one of --from, --before and --since", {
      next: `qb stream tail ${name} --limit 20`,
    });
  }
  let filter: StreamFilter = { ...flags, ...(since ? { since: since.toISOString() } : {}) };
  // A person ends it; each look is bounded by itself.
  while (true) {
    const page = await pageOf(services, name, filter);
    out.data(page);
    for (const message of page.messages) {
      const { sequence, publishedAt, type, key, version } = message;
      const lane = key === null ? "no key" : `${key} v${version}`;
      out.say(`${out.colours.cyan(String(sequence))}  ${publishedAt}  ${type}  ${lane}`);
      if (payload) out.say(`    ${JSON.stringify(message.payload)}`);
    }
    if (!page.complete) out.say("The time was up before all of it was looked at.");
    if (!follow) {
      if (page.messages.length === 0) out.say("None.");
      if (page.before !== null && flags.from === undefined && since === undefined)
        out.say(`Try next: qb stream tail ${name} --before ${page.before}`);
      return;
    }
    const { type, key } = flags;
    filter = { type, key, limit: "100", from: page.from ?? undefined };
    if (page.messages.length === 0) await Bun.sleep(lookEveryMs);
  }
}
