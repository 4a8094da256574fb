import { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import type { Context } from "../context.ts";
import { duration } from "../duration.ts";
import type { Run } from "../program.ts";

/** How every service is, one line each. */
export function overviewCommand(program: Command, run: Run): void {
  program
    .command("overview")
    .description("show at one glance what waits, what failed and what is wrong, service by service")
    .action(run((context) => overview(context)));
}

async function overview({ services, out }: Context): Promise<void> {
  const { found, unanswered, requireAll } = await askEach(services, (service) =>
    service.ask("/ops/v1/overview", OverviewView),
  );
  out.data({ services: found, unanswered });
  out.table(
    [
      { title: "SERVICE", value: ({ service }) => service },
      {
        title: "STATE",
        value: ({ readiness }) => readiness.status,
        paint: (text, { readiness }, { green, yellow, red }) =>
          ({ ok: green, degraded: yellow, unavailable: red })[readiness.status](text),
      },
      { title: "UNSENT", value: ({ outbox }) => `${outbox.count}${outbox.atLeast ? "+" : ""}` },
      {
        title: "OLDEST",
        value: ({ outbox }) => (outbox.count === 0 ? null : duration(outbox.oldestAgeMs)),
      },
      { title: "LAG", value: lagOf },
      { title: "BEHIND", value: behindOf },
      {
        title: "DEAD LETTERS",
        value: ({ deadLetters }) => deadLetters.dead,
        paint: (text, { deadLetters }, { red }) => (deadLetters.dead > 0 ? red(text) : text),
      },
      {
        title: "UNDECIDED",
        value: ({ undecided }) =>
          undecided && `${undecided.count}${undecided.atLeast ? "+" : ""} ${undecided.what}`,
      },
      {
        title: "DIFFERENCES",
        value: differencesOf,
        paint: (text, view, { red }) => (differencesOf(view) > 0 ? red(text) : text),
      },
      {
        title: "NOT WELL",
        value: ({ readiness }) =>
          readiness.failing.map(({ name, problem }) => `${name}: ${problem}`).join("; ") || null,
      },
    ],
    found,
  );
  const dead = found.reduce((sum, { deadLetters }) => sum + deadLetters.dead, 0);
  if (dead > 0) out.say("\nTry next: qb dlq groups");
  requireAll();
}

/** Messages that the service's consumers have not acknowledged; null where the broker does not say. */
function lagOf({ consumers }: OverviewView): number | null {
  const known = consumers.flatMap(({ broker }) => (broker === null ? [] : [broker]));
  if (known.length === 0) return null;
  return known.reduce((sum, { pending, unacknowledged }) => sum + pending + unacknowledged, 0);
}

function behindOf({ consumers }: OverviewView): string | null {
  const ages = consumers.flatMap(({ oldestPendingAgeMs: age }) => (age === null ? [] : [age]));
  return ages.length === 0 ? null : duration(Math.max(...ages));
}

const differencesOf = ({ conservation }: OverviewView) =>
  conservation.missing + conservation.breaches;
