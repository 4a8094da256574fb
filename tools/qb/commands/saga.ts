import { SagasView } from "@app/platform/messaging/ops-saga-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import type { Context } from "../context.ts";
import { ageOf, duration } from "../duration.ts";
import { limitOption } from "../options.ts";
import type { Run } from "../program.ts";

interface ListFlags {
  readonly limit: string;
}

/** What is undecided. */
export function sagaCommands(program: Command, run: Run): void {
  const saga = program.command("saga").description("what is undecided, and until when");

  saga
    .command("ls")
    .description("list undecided orders and open holds: what each waits for, and when it ends")
    .addOption(limitOption())
    .action(run((context, flags: ListFlags) => list(context, flags)));
}

/** The services that have something that waits. */
const deciding: readonly string[] = ["orders", "bookings"];

async function list({ services, out }: Context, { limit }: ListFlags): Promise<void> {
  const asked = services.filter(({ name }) => deciding.includes(name));
  const { found, unanswered, requireAll } = await askEach(asked, (service) =>
    service.ask(`/ops/v1/sagas?limit=${limit}`, SagasView),
  );
  out.data({ sagas: found, unanswered });
  for (const { service, saga, open } of found) {
    const count = `${open.count}${open.atLeast ? " or more" : ""}`;
    const oldest = open.oldestAt === null ? "" : `, the oldest for ${ageOf(open.oldestAt)}`;
    out.say(`${service}: ${count} open ${saga}s${oldest}`);
  }
  const rows = found.flatMap(({ saga, at, sagas }) => sagas.map((each) => ({ ...each, saga, at })));
  if (rows.length === 0) return requireAll();
  out.table(
    [
      { title: "WHAT", value: ({ saga, id }) => `${saga} ${id}` },
      { title: "STATE", value: ({ state }) => state },
      { title: "FOR", value: ({ since }) => ageOf(since) },
      { title: "ABOUT", value: ({ summary, userId }) => `${summary} for ${userId}` },
      { title: "WAITS FOR", value: ({ waitsFor }) => waitsFor.replace("_", " ") },
      {
        title: "ENDS IN",
        value: ({ at, deadlineAt }) =>
          deadlineAt === null
            ? null
            : duration(Math.max(0, Date.parse(deadlineAt) - Date.parse(at))),
      },
      {
        title: "TRY NEXT",
        value: ({ saga, id }) => (saga === "order" ? `qb order why ${id}` : null),
      },
    ],
    rows,
  );
  requireAll();
}
