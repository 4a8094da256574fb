import { existsSync, readFileSync } from "node:fs";
import { hostsOf } from "../broker.ts";
import { Failure } from "../failure.ts";
import { type ServiceName, serviceNames } from "../targets.ts";

/** A service's database as its owner sees it: who may read and replace all of it. */
export interface ServiceDatabase {
  readonly service: ServiceName;
  readonly url: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that says where a service's database is; with `_FILE` behind it, the file that does. */
export const databaseVariable = (service: ServiceName) => `${service.toUpperCase()}_DATABASE_URL`;

/**
 * The databases that the environment names, each by a variable of its own; where none is named, the
 * database of every service in the server given. Never from the command line: passwords are in them.
 */
export function serviceDatabases(
  serverUrl: string | undefined,
  env: Environment = process.env,
): readonly ServiceDatabase[] {
  const named = serviceNames.flatMap((service) => {
    const url = namedDatabase(service, env);
    return url === undefined ? [] : [{ service, url }];
  });
  if (named.length > 0) return named;
  if (serverUrl === undefined) {
    throw new Failure("usage", "nobody said where the databases are", {
      next: `DATABASE_URL=postgres://…, or ${databaseVariable("orders")} and so on, each with _FILE too`,
    });
  }
  return serviceNames.map((service) => ({ service, url: databaseIn(serverUrl, service) }));
}

/** Of these databases those of the services wanted. One that nobody said the place of is refused, not left out. */
export function databasesOf(
  wanted: readonly ServiceName[],
  databases: readonly ServiceDatabase[],
): readonly ServiceDatabase[] {
  const unknown = wanted.filter((name) => !databases.some(({ service }) => service === name));
  if (unknown.length === 0) return databases.filter(({ service }) => wanted.includes(service));
  throw new Failure("usage", `nobody said where the database of ${unknown.join(", ")} is`, {
    next: `${unknown.map((name) => `${databaseVariable(name)}=postgres://…`).join(" ")}, or --services to leave it out`,
  });
}

/** Each service has a database of its own in the server. */
export function databaseIn(serverUrl: string, service: ServiceName): string {
  const url = new URL(serverUrl);
  url.pathname = `/quickbite_${service}`;
  return url.href;
}

/** A database as people may read it: without its password. */
export const nameOf = ({ service, url }: ServiceDatabase) => `${service} at ${hostsOf(url)}`;

function namedDatabase(service: ServiceName, env: Environment): string | undefined {
  const variable = databaseVariable(service);
  const file = env[`${variable}_FILE`];
  const url = env[variable] || (file && contentOf(file, variable));
  if (!url) return undefined;
  if (URL.canParse(url) && /^postgres(?:ql)?:$/.test(new URL(url).protocol)) return url;
  throw new Failure("usage", `${variable} is not a postgres:// url`);
}

function contentOf(file: string, variable: string): string {
  if (!existsSync(file)) throw new Failure("usage", `${variable}_FILE names ${file}: no such file`);
  return readFileSync(file, "utf8").trim();
}
