import { Command, CommanderError } from "commander";
import { auditCommands } from "./commands/audit.ts";
import { backupCommand } from "./commands/backup.ts";
import { catalogCommands } from "./commands/catalog.ts";
import { certCommands } from "./commands/cert.ts";
import { completionCommands } from "./commands/completion.ts";
import { consumerCommands } from "./commands/consumer.ts";
import { dlqCommands } from "./commands/dlq.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { holdCommands } from "./commands/hold.ts";
import { laneCommands } from "./commands/lane.ts";
import { messageCommands } from "./commands/message.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { missingCommands } from "./commands/missing.ts";
import { orderCommands } from "./commands/order.ts";
import { outboxCommands } from "./commands/outbox.ts";
import { overviewCommand } from "./commands/overview.ts";
import { restoreCommand } from "./commands/restore.ts";
import { sagaCommands } from "./commands/saga.ts";
import { seedCommand } from "./commands/seed.ts";
import { streamCommands } from "./commands/stream.ts";
import { topologyCommands } from "./commands/topology.ts";
import { userCommands } from "./commands/user.ts";
import { keyCommands } from "./commands/user-token.ts";
import { verifyCommand } from "./commands/verify.ts";
import { type Context, contextOf, type GlobalFlags } from "./context.ts";
import { exitCodes, Failure } from "./failure.ts";

/** Turns a command's work into what commander calls with its arguments, its flags and itself. */
export type Run = <Flags>(
  work: (context: Context, flags: Flags, ...args: string[]) => Promise<void> | void,
) => (...given: unknown[]) => Promise<void>;

const help = `
Where the services and the broker are: --orders-url, --inventory-url, --events-url, --bookings-url,
--users-url, --reviews-url and --nats-url, else ORDERS_URL and so on, else the dev run of this checkout, else their
usual ports. Commands that look at every service look at those whose address was given in one of the
first three ways; where none was, at all six. The doctor looks at the gateway too, when it runs in the
dev run or WEB_URL says where it is.
QB_TOKEN or --token is an operator's token, where the services want one. The variable is the better
place: what stands on a command line is seen by everybody on the machine.

Exit codes:
  ${exitCodes.ok}  done
  ${exitCodes.failed}  tried, and it did not work
  ${exitCodes.usage}  the command line is wrong
  ${exitCodes.unreachable}  a service or the broker does not answer
  ${exitCodes.refused}  a service understood and said no`;

/** Runs one command line and returns the exit code. What goes wrong is told on stderr. */
export async function runQb(args: readonly string[]): Promise<number> {
  try {
    await commandLine().parseAsync([...args], { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return tell(error);
  }
}

/** All commands, with what they take. */
export function commandLine(): Command {
  const program = new Command("qb")
    .description("Operate the services: what waits, what failed, and what to do about it.")
    .option("--json", "answer in JSON")
    .option("--orders-url <url>", "where orders answers")
    .option("--inventory-url <url>", "where inventory answers")
    .option("--events-url <url>", "where events answers")
    .option("--bookings-url <url>", "where bookings answers")
    .option("--users-url <url>", "where users answers")
    .option("--reviews-url <url>", "where reviews answers")
    .option("--nats-url <urls>", "where the broker is")
    .option("--token <token>", "an operator's token")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", help);
  endQuietly(program);

  const run: Run =
    (work) =>
    async (...given) => {
      const command = given.pop();
      const flags = given.pop();
      if (!(command instanceof Command)) throw new TypeError("commander hands the command last");
      const context = contextOf(command.optsWithGlobals<GlobalFlags>());
      await work(context, flags as Parameters<typeof work>[1], ...given.flat().map(String));
    };
  for (const add of [
    dlqCommands,
    laneCommands,
    outboxCommands,
    orderCommands,
    holdCommands,
    topologyCommands,
    overviewCommand,
    doctorCommand,
    verifyCommand,
    missingCommands,
    seedCommand,
    migrateCommand,
    backupCommand,
    restoreCommand,
    consumerCommands,
    streamCommands,
    messageCommands,
    sagaCommands,
    auditCommands,
    catalogCommands,
    userCommands,
    keyCommands,
    certCommands,
    completionCommands,
  ]) {
    add(program, run);
  }
  return program;
}

/** Commander would end the process by itself; subcommands take this on when they are made. */
function endQuietly(program: Command): void {
  program.exitOverride().showHelpAfterError("\nTry next: qb --help");
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help that was asked for ends well; help in place of a missing command does not.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  if (error instanceof Failure) {
    const next = error.next === undefined ? "" : `Try next: ${error.next}\n`;
    process.stderr.write(`qb: ${error.message}\n${next}`);
    return exitCodes[error.reason];
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`qb: ${message}\nTry next: qb doctor\n`);
  return exitCodes.failed;
}
