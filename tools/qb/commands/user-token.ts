import { type Command, InvalidArgumentError } from "commander";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import type { Run } from "../program.ts";
import { refusalOf } from "../service-client.ts";
import { RotatedKeysView, SignedInView } from "../user-view.ts";

interface TokenFlags {
  readonly service: string;
  readonly for: number;
}

/** Tokens, and the keys that sign them. */
export function userTokenCommands(user: Command, run: Run): void {
  user
    .command("token")
    .requiredOption("--service <name>", "whose token it is, such as orders")
    .option("--for <time>", "how long it is good, 1m to 30d", lifetime, 3_600)
    .description("make a token by which a service calls another, and print it")
    .action(run((context, flags: TokenFlags) => serviceToken(context, flags)));

  user
    .command("login")
    .argument("<address>", "of the account; its password is in QB_PASSWORD, or comes on stdin")
    .description("sign in and print the token: export QB_TOKEN=$(qb user login ops@example.com)")
    .action(run((context, _flags, address) => signIn(context, address)));

  rotateCommand(user.command("rotate-keys"), run);
}

/** The keys that sign tokens, by the name under which operators look for them. */
export function keyCommands(program: Command, run: Run): void {
  const keys = program.command("keys").description("the keys that sign tokens");
  rotateCommand(keys.command("rotate"), run);
}

function rotateCommand(command: Command, run: Run): void {
  command
    .option("--compromised", "end the old keys at once, and every token that they signed")
    .description("begin to sign with a new key; the old ones last as long as their tokens")
    .action(run((context, flags: { compromised?: boolean }) => rotateKeys(context, flags)));
}

async function serviceToken(
  { users, out }: Context,
  { service, for: seconds }: TokenFlags,
): Promise<void> {
  const minted = await users.ask("/ops/v1/service-tokens", SignedInView, {
    method: "POST",
    body: { service, seconds },
  });
  out.data(minted);
  out.say(minted.token);
}

/** Signs in as whoever is named, not by the token that other commands send. */
async function signIn({ targets, out }: Context, email: string): Promise<void> {
  const password = process.env.QB_PASSWORD || (await passwordOnStdin());
  const url = targets.services.users;
  let response: Response;
  try {
    response = await fetch(`${url}/api/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch (cause) {
    throw new Failure("unreachable", `users does not answer at ${url}`, { cause });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusalOf("users", response, answer);
  const { token, expiresIn } = SignedInView.parse(answer);
  out.data({ token, expiresIn });
  out.say(token);
}

async function rotateKeys(
  { users, out }: Context,
  { compromised = false }: { readonly compromised?: boolean },
): Promise<void> {
  const rotated = await users.ask("/ops/v1/keys/rotate", RotatedKeysView, {
    method: "POST",
    body: { compromised },
  });
  out.data(rotated);
  const { kid, signsFrom, ending } = rotated;
  out.say(`${out.colours.green("Made")} the key ${kid}; it signs from ${signsFrom} on.`);
  for (const { kid, verifiesUntil } of ending) out.say(`The key ${kid} ends at ${verifiesUntil}.`);
  if (compromised) out.say("Everybody signs in again, and service tokens have to be made anew.");
}

async function passwordOnStdin(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Password: ");
  for await (const line of console) return line;
  throw new Failure("usage", "no password on stdin", { next: "QB_PASSWORD=… qb user login …" });
}

const units: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };
const MONTH_SECONDS = 30 * 86_400;

/** A time such as `90m`, `12h` or `7d`, in seconds. */
function lifetime(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (units[unit] ?? 0);
  if (seconds >= 60 && seconds <= MONTH_SECONDS) return seconds;
  throw new InvalidArgumentError("It must be 1m to 30d.");
}
