import type { Command } from "commander";
import { z } from "zod";
import type { Context } from "../context.ts";
import type { Run } from "../program.ts";
import { refusalOf } from "../service-client.ts";

const HoldView = z.looseObject({
  id: z.string(),
  userId: z.string(),
  seats: z.number(),
  state: z.string(),
});

/** Seats that somebody keeps for a while. */
export function holdCommands(program: Command, run: Run): void {
  const hold = program.command("hold").description("seats that somebody keeps for a while");

  hold
    .command("release")
    .argument("<id>", "the hold's id, as qb saga ls shows it")
    .option("--dry-run", "say what would be done, and do nothing")
    .description("let go of the seats of a hold, for others to take")
    .action(run((context, flags: { dryRun?: boolean }, id) => release(context, flags, id)));
}

async function release(
  { bookings, out }: Context,
  { dryRun = false }: { readonly dryRun?: boolean },
  id: string,
): Promise<void> {
  const path = `/holds/${encodeURIComponent(id)}`;
  if (dryRun) {
    const hold = await bookings.ask(path, HoldView);
    out.data({ ...hold, dryRun: true });
    return out.say(
      `Hold ${id} is ${hold.state}: ${hold.seats} seats for ${hold.userId}. Would let go of them. Nothing was done.`,
    );
  }
  const response = await bookings.send(path, { method: "DELETE" });
  if (!response.ok) throw refusalOf("bookings", response, await response.json());
  out.data({ id, released: true });
  out.say(`${out.colours.green("Released")} the seats of hold ${id}.`);
}
