import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { Failure } from "./failure.ts";

export const repository = resolve(import.meta.dir, "../..");

/** Where the dev run says what it runs, as long as it runs. */
export const devStateFile = join(repository, ".quickbite/dev/state.json");

/** Every service, and the port where it answers when nobody says otherwise. */
const ports = {
  orders: 8080,
  inventory: 8090,
  events: 8181,
  bookings: 8282,
  users: 8383,
  reviews: 8484,
} as const;

export type ServiceName = keyof typeof ports;
export const serviceNames = Object.keys(ports) as readonly ServiceName[];

const url = z.url({ protocol: /^https?$/ });

/** What the dev run writes into its state file. It may run fewer services than there are, or others. */
export const DevState = z.object({
  services: z.record(z.string(), z.object({ url })),
  natsUrl: z.string(),
  /** The server in which each service has a database of its own. */
  databaseUrl: z.string(),
  /** The process that writes it: a state whose process is gone counts for nothing. */
  pid: z.number().int().positive(),
});

export type DevState = z.infer<typeof DevState>;

export interface Targets {
  readonly services: Readonly<Record<ServiceName, string>>;
  /** Those that somebody gave an address of, in their order; all where nobody gave any. */
  readonly known: readonly ServiceName[];
  readonly natsUrl: string;
  /** The gateway, which no command but the doctor's asks; undefined when nobody said where it is. */
  readonly webUrl: string | undefined;
  /** Undefined when nobody said where the database server is. */
  readonly databaseUrl: string | undefined;
  /** Where the dev run signs people in, who are known to everybody. */
  readonly demoSignInUrl: string | undefined;
  /** Where the addresses come from that neither a flag nor the environment gave. */
  readonly from: "the running dev run" | "the contract's ports";
}

/** The flags as commander names them: `--orders-url`, and so on. */
export type TargetFlags = {
  readonly [name in `${ServiceName | "nats"}Url`]?: string | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Finds the services: flags, then the environment, then the dev run of this checkout, then the contract's ports. */
export function findTargets(
  flags: TargetFlags,
  env: Environment = process.env,
  stateFile = devStateFile,
): Targets {
  const dev = readDevState(stateFile);
  const given = (name: ServiceName) =>
    flags[`${name}Url`] || env[`${name.toUpperCase()}_URL`] || dev?.services[name]?.url;
  const urlOf = (name: ServiceName) =>
    httpUrl(name, given(name) ?? `http://127.0.0.1:${ports[name]}`);
  const known = serviceNames.filter((name) => given(name));
  return {
    services: {
      orders: urlOf("orders"),
      inventory: urlOf("inventory"),
      events: urlOf("events"),
      bookings: urlOf("bookings"),
      users: urlOf("users"),
      reviews: urlOf("reviews"),
    },
    known: known.length > 0 ? known : serviceNames,
    natsUrl: flags.natsUrl || env.NATS_URL || dev?.natsUrl || "nats://127.0.0.1:4222",
    webUrl: env.WEB_URL || dev?.services.web?.url,
    databaseUrl: env.DATABASE_URL || dev?.databaseUrl,
    demoSignInUrl: dev?.services.users?.url,
    from: dev ? "the running dev run" : "the contract's ports",
  };
}

/** The dev run's state, unless there is none, it cannot be read, or its process is gone. */
export function readDevState(file = devStateFile): DevState | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined; // No dev run of this checkout has written one.
  }
  const parsed = DevState.safeParse(parseJson(text));
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Half written: its writer replaces it in a moment.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, as somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function httpUrl(name: ServiceName, text: string): string {
  const parsed = url.safeParse(text);
  if (parsed.success) return parsed.data.replace(/\/+$/, "");
  throw new Failure("usage", `the url of ${name} is not an http:// url: ${text}`, {
    next: `--${name}-url http://127.0.0.1:${ports[name]}`,
  });
}
