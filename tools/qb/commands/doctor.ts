import type { Command } from "commander";
import type { Context } from "../context.ts";
import { examineBroker, examineCheckout, examinePostgres } from "../examine-infrastructure.ts";
import { examineService } from "../examine-services.ts";
import { examineWeb } from "../examine-web.ts";
import { Failure } from "../failure.ts";
import type { Run } from "../program.ts";

/** Looks at everything at once, each finding with a way out. */
export function doctorCommand(program: Command, run: Run): void {
  program
    .command("doctor")
    .description("look at everything, and say what to do about what is not well")
    .action(run((context) => examine(context)));
}

const marks = { ok: "✓", warn: "!", fail: "✗" } as const;

async function examine({ targets, services, out }: Context): Promise<void> {
  const [checkout, postgres, broker, web, ...told] = await Promise.all([
    examineCheckout(),
    examinePostgres(targets.databaseUrl),
    examineBroker(targets),
    examineWeb(targets.webUrl),
    ...services.map(examineService),
  ]);
  const findings = [...checkout, postgres, ...broker, ...told.flat(), ...web];
  out.data({ from: targets.from, findings });
  out.say(out.colours.dim(`addresses from flags, the environment or ${targets.from}`));
  out.table(
    [
      {
        title: "",
        value: ({ state }) => (out.isTerminal ? marks[state] : state),
        paint: (text, { state }, { green, yellow, red }) =>
          ({ ok: green, warn: yellow, fail: red })[state](text),
      },
      { title: "WHAT", value: ({ about }) => about },
      { title: "FOUND", value: ({ found }) => found },
      { title: "WAY OUT", value: ({ wayOut }) => wayOut ?? "" },
    ],
    findings,
  );

  const failed = findings.filter(({ state }) => state === "fail");
  const [first] = failed;
  if (!first) return;
  throw new Failure("failed", `${failed.length} of ${findings.length} findings need a hand`, {
    ...(first.wayOut === null ? {} : { next: first.wayOut }),
  });
}
