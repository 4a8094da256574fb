import type { Command } from "commander";
import type { Context } from "../context.ts";
import { duration } from "../duration.ts";
import { Failure } from "../failure.ts";
import { followOrder } from "../follow-order.ts";
import { seconds } from "../options.ts";
import type { Step } from "../order-steps.ts";
import { isDecided } from "../order-view.ts";
import type { Run } from "../program.ts";

interface FollowFlags {
  readonly timeout: number;
}

/** One order's life. */
export function orderCommands(program: Command, run: Run): void {
  const order = program.command("order").description("the way of one order");

  order
    .command("follow")
    .argument("<id>", "the order's id")
    .option("--timeout <seconds>", "give up after so long", seconds(86_400), 900)
    .description("draw an order's life as it happens, until it is decided")
    .action(run((context, flags: FollowFlags, id) => follow(context, flags, id)));
}

async function follow(context: Context, { timeout }: FollowFlags, text: string): Promise<void> {
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
  if (id === undefined) {
    throw new Failure("usage", `${text} is no order id`, { next: "qb order follow 1" });
  }
  const { out } = context;
  const startedMs = performance.now();
  let first: number | undefined;
  let beats = 0;

  const order = await followOrder(context, id, {
    timeoutMs: timeout * 1_000,
    onStep: (step) => {
      first ??= Date.parse(step.at);
      out.data(step);
      out.say(lineOf(step, Date.parse(step.at) - first, out));
      if (step.next !== undefined) out.say(`${" ".repeat(12)}Try next: ${step.next}`);
    },
    onIdle: () => {
      beats += 1;
      const frame = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[beats % 10];
      out.status(`${frame} waiting, ${duration(performance.now() - startedMs)}`);
    },
  });
  out.status("");
  if (!isDecided(order)) {
    throw new Failure("failed", `order ${id} is still ${order.status} after ${timeout} s`, {
      next: "qb dlq ls",
    });
  }
}

const marks = { state: "●", stated: "○", stored: "→", handled: "✓", trouble: "✗" } as const;

function lineOf(step: Step, afterMs: number, { colours, isTerminal }: Context["out"]): string {
  const { kind, where, what, waited } = step;
  const wait = waited ? `${duration(waited.ms)} in the ${waited.for}` : "";
  const since = `+${afterMs} ms`;
  if (!isTerminal) return [since, where, what, ...(wait ? [wait] : [])].join("\t");

  const paint = {
    state: colours.bold,
    stated: colours.cyan,
    stored: colours.yellow,
    handled: colours.green,
    trouble: colours.red,
  }[kind];
  const head = `${colours.dim(since.padStart(10))}  ${paint(marks[kind])} ${where.padEnd(18)}`;
  return `${head} ${paint(what)}${wait ? `  ${colours.dim(wait)}` : ""}`;
}
