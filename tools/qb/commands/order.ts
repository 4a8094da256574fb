import type { Command } from "commander";
import { z } from "zod";
import type { Context } from "../context.ts";
import { duration } from "../duration.ts";
import { Failure } from "../failure.ts";
import { followOrder } from "../follow-order.ts";
import { seconds } from "../options.ts";
import type { Step } from "../order-steps.ts";
import { isDecided, OrderView } from "../order-view.ts";
import type { Run } from "../program.ts";

interface CancelFlags {
  readonly reason?: string;
  readonly dryRun?: boolean;
}

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

  order
    .command("why")
    .argument("<id>", "the order's id")
    .description("say what an order waits for, or why it ended, and what to do about it")
    .action(run((context, _flags, id) => why(context, id)));

  order
    .command("cancel")
    .argument("<id>", "the order's id")
    .option("--reason <text>", "why; its customer reads it")
    .option("--dry-run", "say what would be done, and do nothing")
    .description("cancel an order, and release what is reserved for it")
    .action(run((context, flags: CancelFlags, id) => cancel(context, flags, id)));
}

async function cancel(
  { orders, out }: Context,
  { reason, dryRun = false }: CancelFlags,
  text: string,
): Promise<void> {
  const id = orderId(text, "cancel");
  if (dryRun) {
    const { status } = await orders.ask(`/v1/orders/${id}`, OrderView);
    out.data({ id, status, dryRun: true });
    const does = status === "CANCELLED" ? "change nothing: it is cancelled already" : "cancel it";
    return out.say(`Order ${id} is ${status}. Would ${does}. Nothing was done.`);
  }
  const body = reason === undefined ? {} : { reason };
  const order = await orders.ask(`/v1/orders/${id}/cancel`, OrderView, { method: "POST", body });
  out.data(order);
  out.say(`Order ${id} is ${order.status}: ${order.reason}.`);
}

/** As much of the answer as people are shown; in JSON all of it is passed on. */
const Why = z.looseObject({
  sentence: z.string(),
  waitsFor: z.looseObject({ next: z.string().nullable() }).nullable(),
  silent: z.array(z.object({ service: z.string(), part: z.string(), problem: z.string() })),
});

async function why({ orders, out }: Context, text: string): Promise<void> {
  const id = orderId(text, "why");
  const answer = await orders.ask(`/v1/orders/${id}/why`, Why);
  out.data(answer);
  out.say(answer.sentence);
  for (const { service, part, problem } of answer.silent) {
    const who = part === "service" ? service : `the ${part} of ${service}`;
    out.say(`Not known: what ${who} would say (${problem}).`);
  }
  const next = answer.waitsFor?.next ?? null;
  if (next !== null) out.say(`Try next: ${next}`);
}

function orderId(text: string, command: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Failure("usage", `${text} is no order id`, { next: `qb order ${command} 1` });
}

async function follow(context: Context, { timeout }: FollowFlags, text: string): Promise<void> {
  const id = orderId(text, "follow");
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
      next: `qb order why ${id}`,
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
