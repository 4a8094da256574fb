import { demoPeople } from "@app/platform/demo-people.ts";
import { demoOperator } from "@app/qb/demo-operator.ts";
import type { Colours } from "./colours.ts";
import type { Replica } from "./service-plan.ts";
import { urlOf } from "./service-unit.ts";

/** What people open in a browser. */
export interface Pages {
  readonly web: string;
  readonly console: string;
}

/** Undefined where no web runs. */
export function pagesOf(replicas: readonly Replica[]): Pages | undefined {
  const web = replicas.find(({ name }) => name === "web");
  return web && { web: `${urlOf(web)}/`, console: `${urlOf(web)}/console` };
}

/** Where to look first, and as whom. */
export function pagesText({ web, console }: Pages, colours: Colours): string {
  const people = Object.values(demoPeople).map(({ email }) => email);
  return [
    `  web      ${colours.bold(web)}`,
    `  console  ${colours.bold(console)}  as ${demoOperator.email}`,
    `  sign in  ${people.join(", ")}; password ${demoOperator.password}`,
  ].join("\n");
}
