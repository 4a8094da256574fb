import type { Command } from "commander";
import type { Context } from "../context.ts";
import { ageOf } from "../duration.ts";
import { Failure } from "../failure.ts";
import { limitOption } from "../options.ts";
import type { Run } from "../program.ts";
import type { ServiceClient } from "../service-client.ts";
import { EndedSessionsView, UsersView, UserView } from "../user-view.ts";
import { userTokenCommands } from "./user-token.ts";

interface ListFlags {
  readonly email?: string;
  readonly limit: string;
}

interface RoleFlags {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly dryRun?: boolean;
}

/** Accounts: who there is, and what each may do. */
export function userCommands(program: Command, run: Run): void {
  const user = program.command("user").description("accounts, what they may do, and tokens");

  user
    .command("ls")
    .option("--email <address>", "the one of this address, in any spelling")
    .addOption(limitOption())
    .description("list accounts, newest first")
    .action(run((context, flags: ListFlags) => list(context, flags)));

  user
    .command("role")
    .argument("<who>", "an address or an id")
    .option("--add <roles...>", "of customer, organiser, viewer and operator")
    .option("--remove <roles...>", "the same")
    .option("--dry-run", "say what would be done, and do nothing")
    .description("show or change what an account may do; it counts within ten minutes")
    .action(run((context, flags: RoleFlags, who) => changeRoles(context, flags, who)));

  user
    .command("end-sessions")
    .argument("<who>", "an address or an id")
    .description("sign an account out everywhere; its tokens end within ten minutes")
    .action(run((context, _flags, who) => endSessions(context, who)));

  userTokenCommands(user, run);
}

async function list({ users, out }: Context, { limit, email }: ListFlags): Promise<void> {
  const query = new URLSearchParams({ limit, ...(email === undefined ? {} : { email }) });
  const page = await users.ask(`/ops/v1/users?${query}`, UsersView);
  out.data(page);
  if (page.users.length === 0) return out.say("There is no such account.");
  out.table(
    [
      { title: "ADDRESS", value: ({ email }) => email, paint: (text, _, { cyan }) => cyan(text) },
      { title: "NAME", value: ({ name }) => name },
      { title: "ROLES", value: ({ roles }) => roles.join(" ") },
      { title: "SINCE", value: ({ createdAt }) => ageOf(createdAt) },
      { title: "ID", value: ({ id }) => id },
    ],
    page.users,
  );
  if (page.nextCursor !== null) out.say("There are more: qb user ls --limit 100");
}

async function changeRoles(
  { users, out }: Context,
  { add = [], remove = [], dryRun = false }: RoleFlags,
  who: string,
): Promise<void> {
  const { id, email, roles: before } = await accountOf(users, who);
  const wanted = [...new Set([...before, ...add])].filter((role) => !remove.includes(role));
  const isChange = wanted.toSorted().join() !== before.toSorted().join();
  if (dryRun || !isChange) {
    out.data({ id, email, roles: before, ...(dryRun ? { wouldBe: wanted } : {}) });
    return out.say(
      isChange
        ? `Would make ${email} ${rolesText(wanted)} instead of ${rolesText(before)}. Nothing was done.`
        : `${email} is ${rolesText(before)}.`,
    );
  }
  const user = await users.ask(`/ops/v1/users/${id}/roles`, UserView, {
    method: "POST",
    body: { roles: wanted },
  });
  out.data(user);
  out.say(
    `${out.colours.green("Changed")} ${email}: ${rolesText(user.roles)}, within ten minutes.`,
  );
}

async function endSessions({ users, out }: Context, who: string): Promise<void> {
  const { id, email } = await accountOf(users, who);
  const { ended } = await users.ask(`/ops/v1/users/${id}/end-sessions`, EndedSessionsView, {
    method: "POST",
  });
  out.data({ id, email, ended });
  out.say(`${out.colours.green("Ended")} ${ended} sessions of ${email}.`);
}

/** The account of an id, or of an address in any spelling. */
async function accountOf(users: ServiceClient, who: string): Promise<UserView> {
  if (!who.includes("@")) return users.ask(`/ops/v1/users/${encodeURIComponent(who)}`, UserView);
  const query = new URLSearchParams({ email: who });
  const [user] = (await users.ask(`/ops/v1/users?${query}`, UsersView)).users;
  if (user) return user;
  throw new Failure("refused", `there is no account of ${who}`, { next: "qb user ls" });
}

const rolesText = (roles: readonly string[]) =>
  roles.length === 0 ? "without a role" : roles.join(" and ");
